import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnv } from '@app/common/env/env.js';
import { configureRest, drain } from '@app/common/serve/serve.js';
import { startTestRedis, testMongo } from '@app/testing/engines.js';
import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { settings } from './env.js';
import { front } from './front.middleware.js';
import { GatewayModule } from './gateway.module.js';
import { readTls } from './server/tls.js';

const JWT_SECRET = 'a-secret-of-the-gateway-tests-only-0123456789';

/** A token of a host app's own login. */
export const tokenOf = (sub: string, claims: object = {}, expiresIn: number = 3600): string =>
  new JwtService().sign({ sub, name: sub, ...claims }, { secret: JWT_SECRET, expiresIn });

/** A gateway of the test's own, on real engines. */
export async function startGateway(given: Record<string, string> = {}) {
  const redis = await startTestRedis();
  const env = readEnv(settings, {
    MONGODB_URI: testMongo('gateway').uri,
    REDIS_URL: redis.url,
    JWT_SECRET,
    LOG_LEVEL: 'silent',
    PORT: '1',
    ...given,
  });
  const module = await Test.createTestingModule({ imports: [GatewayModule.with(env)] }).compile();
  const app = module.createNestApplication<NestExpressApplication>({
    bodyParser: false,
    httpsOptions: readTls(env),
    logger: false,
  });
  configureRest(app);
  front(app, env);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const stop = async (): Promise<void> => {
    await drain(app);
    await redis.stop();
  };
  return { app, port, url: `http://127.0.0.1:${port}`, stop };
}

/** A service that stands in for a real one: it lives, and answers as the test says. */
export async function standIn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  { node, port = 0 }: { node?: string; port?: number } = {},
) {
  const server = createServer((request, response) => {
    if (request.url === '/health/live') response.end(JSON.stringify({ status: 'ok', node }));
    else answer(request, response);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const stop = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((done) => server.close(() => done()));
  };
  const at = (server.address() as AddressInfo).port;
  return { server, port: at, url: `http://127.0.0.1:${at}`, stop };
}

/** Answers what was asked, for tests of what arrives. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ method, url, headers }));
}
