import type { Server } from 'node:http';
import { type DynamicModule, type INestApplication, Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Logger } from 'nestjs-pino';
import { type Logger as PinoLogger, pino } from 'pino';
import { SettingsError } from '../env/env.js';
import { ENV, type SharedEnv } from '../env/shared.settings.js';
import { HttpErrorFilter } from '../errors/http-error.filter.js';
import { observeHttp } from '../metrics/http.middleware.js';
import { Metrics } from '../metrics/metrics.js';
import { serveMetrics } from '../metrics/metrics.server.js';
import { mongoAnswers } from '../mongo/mongo.awaited.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { redisLetsIn } from '../redis/redis.credentials.js';
import { ShapePipe } from '../errors/shape.pipe.js';
import { traceHttp } from '../tracing/http.middleware.js';
import { startTracing } from '../tracing/start.js';
import { tracing } from '../tracing/tracing.js';
import { openDoor } from './door.js';
import { PlainInterceptor } from './plain.interceptor.js';

/** How often a stopping server looks for connections that have become idle. */
const IDLE_LOOK_MS = 50;

/** What makes an app different from the others at its start. */
export interface Serving {
  /** The app's name in logs and health answers while it waits for its engines. */
  service: string;
  openApi: (app: INestApplication) => OpenAPIObject;
  /** Called before listening, for WebSocket adapters and proxies. */
  prepare?: (app: NestExpressApplication) => void | Promise<void>;
  /** False for a proxy, which passes bodies on. */
  bodyParser?: boolean;
  /** With it, it speaks HTTPS and WSS. */
  tls?: { cert: Buffer; key: Buffer };
}

/** What every app's REST has alike: plain requests, validation, the error envelope, no framework banner. Tests use it too. */
export function configureRest(app: NestExpressApplication): void {
  if (tracing()) app.use(traceHttp(app.get<SharedEnv>(ENV).TRUSTED_PROXIES));
  app.use(observeHttp(app.get(Metrics)));
  app.useGlobalInterceptors(new PlainInterceptor());
  app.useGlobalPipes(new ShapePipe());
  app.useGlobalFilters(new HttpErrorFilter());
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
}

/**
 * Starts an app, once MongoDB answers: logs, REST, Swagger UI at `/api`, and a stop on SIGTERM or SIGINT that drains and ends
 * with 0. It answers health, and refuses the rest as retryable, while it waits.
 */
export async function serve(module: DynamicModule, env: SharedEnv, serving: Serving): Promise<void> {
  const { service, tls } = serving;
  const log = pino({ name: service, level: env.LOG_LEVEL });
  const failed = (error: unknown) => fail(log, error);
  const door = openDoor({ PORT: env.PORT, HOST: env.HOST, service, failed, ...(tls && { tls }) });
  const ending = endOnSignal(env, log, door.close);
  const untraced = await startTracing(service, env).catch(failed);
  await Promise.all([mongoAnswers(env.MONGODB_URI, log), redisLetsIn(env)]).catch(failed);
  // What may take long from here on, with much data and a new version.
  door.waitsFor = 'indexes';
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bufferLogs: true,
    bodyParser: serving.bodyParser ?? true,
    httpsOptions: serving.tls,
  });
  app.useLogger(app.get(Logger));
  configureRest(app);
  await serving.prepare?.(app);
  serveOpenApi(app, serving.openApi(app));
  await app.init();
  const metrics = app.get(Metrics);
  if (env.METRICS_PORT !== 'off') metrics.watchProcess();
  const unserved = await serveMetrics(metrics, env).catch(failed);
  ending.stop = () => drain(app).finally(unserved).finally(untraced);
  await door.close();
  await app.listen(env.PORT, env.HOST);
  new NestLogger('serve').log({ port: env.PORT }, 'listening');
}

/** Stops an app: requests under way are answered, connections that ask nothing are closed. */
export async function drain(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  // `close` waits for every connection, also for those that clients only keep for later.
  const closing = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
  await app.close().finally(() => clearInterval(closing));
}

/** The stop may be replaced as the start goes on. */
function endOnSignal(env: SharedEnv, log: PinoLogger, stop: () => Promise<void>): { stop: () => Promise<void> } {
  const how = { stop };
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long; what is still under way is cut');
      process.exit(0);
    }, env.SHUTDOWN_TIMEOUT_MS).unref();
    how.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // A supervisor that dies without a word takes the IPC channel with it.
  process.on('disconnect', () => end('disconnect'));
  return how;
}

/** Ends a start that waiting does not cure: a setting as the others are told, anything else as a log line. */
function fail(log: PinoLogger, error: unknown): never {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else log.fatal({ err: error }, 'the start failed');
  return process.exit(1);
}
