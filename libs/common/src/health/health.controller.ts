import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
  MongooseHealthIndicator,
} from '@nestjs/terminus';
import type { Response } from 'express';
import type { Redis } from 'ioredis';
import { Public } from '../auth/jwt.guard.js';
import { REDIS } from '../redis/redis.module.js';
import { readiness } from './readiness.js';
import { EngineShape, HealthShape, LivenessShape } from './health.shapes.js';

/** Injection token of what the health answers say about the app. */
export const HEALTH_ABOUT = Symbol('HEALTH_ABOUT');

const PATIENCE_MS = 1000;

/** Liveness says that the process answers; readiness, that MongoDB does. Redis is reported, and missed but not needed. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly mongo: MongooseHealthIndicator,
    private readonly indicators: HealthIndicatorService,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(HEALTH_ABOUT) private readonly about: { service: string; node?: string },
  ) {}

  /** Says which service this is, and that it runs. */
  @Get()
  @ApiOperation({ summary: 'Which service this is, and that it runs' })
  @ApiOkResponse({ type: HealthShape, description: 'It runs' })
  getHealth(): HealthShape {
    return { status: 'ok', ...this.about, uptimeSeconds: Math.round(process.uptime()) };
  }

  /** Says that the process answers; a failure means: restart it. */
  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: LivenessShape, description: 'It lives' })
  getLiveness(): LivenessShape {
    return { status: 'ok', ...this.about };
  }

  /** Says whether requests may be sent here: 200 with MongoDB, 503 without; `redis` may be `degraded`. */
  @Get('ready')
  @ApiOperation({ summary: 'Requests may be sent here' })
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @ApiExtraModels(EngineShape)
  @ApiOkResponse(readiness('ok'))
  @ApiServiceUnavailableResponse(readiness('error'))
  async getReadiness(@Res({ passthrough: true }) response: Response): Promise<HealthCheckResult> {
    try {
      return await this.health.check([
        () => this.mongo.pingCheck('mongodb', { timeout: PATIENCE_MS }),
        () => this.redisState(),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      // Whoever asks wants to know what is missing, not the envelope of an error.
      response.status(error.getStatus()).setHeader('Retry-After', 1);
      return error.getResponse() as HealthCheckResult;
    }
  }

  private async redisState(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('redis');
    const timeout = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'degraded').unref());
    const answer = await Promise.race([this.redis.ping().catch(() => 'degraded'), timeout]);
    return indicator.up({ state: answer === 'PONG' ? 'ok' : 'degraded' });
  }
}
