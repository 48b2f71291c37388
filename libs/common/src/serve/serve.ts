import type { Server } from 'node:http';
import { type DynamicModule, type INestApplication, Logger as NestLogger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Logger } from 'nestjs-pino';
import type { SharedEnv } from '../env/shared.settings.js';
import { HttpErrorFilter } from '../errors/http-error.filter.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { invalidInput, VALIDATION } from '../errors/validate.js';
import { PlainInterceptor } from './plain.interceptor.js';

/** How often a stopping server looks for connections that have become idle. */
const IDLE_LOOK_MS = 50;

/** What makes an app different from the others at its start. */
export interface Serving {
  openApi: (app: INestApplication) => OpenAPIObject;
  /** Called before listening, for WebSocket adapters and proxies. */
  prepare?: (app: NestExpressApplication) => void | Promise<void>;
  /** False for a proxy, which passes bodies on. */
  bodyParser?: boolean;
}

/** What every app's REST has alike: plain requests, validation, the error envelope, no framework banner. Tests use it too. */
export function configureRest(app: NestExpressApplication): void {
  app.useGlobalInterceptors(new PlainInterceptor());
  app.useGlobalPipes(new ValidationPipe({ ...VALIDATION, transform: true, exceptionFactory: invalidInput }));
  app.useGlobalFilters(new HttpErrorFilter());
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
}

/** Starts an app: logs, REST, Swagger UI at `/api`, and a stop on SIGTERM or SIGINT that drains and ends with 0. */
export async function serve(module: DynamicModule, env: SharedEnv, serving: Serving): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bufferLogs: true,
    bodyParser: serving.bodyParser ?? true,
  });
  app.useLogger(app.get(Logger));
  configureRest(app);
  await serving.prepare?.(app);
  serveOpenApi(app, serving.openApi(app));
  endOnSignal(app, env);
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

function endOnSignal(app: INestApplication, env: SharedEnv): void {
  const log = new NestLogger('serve');
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    log.log({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long; what is still under way is cut');
      process.exit(0);
    }, env.SHUTDOWN_TIMEOUT_MS).unref();
    drain(app).then(
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
}
