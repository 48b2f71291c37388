import { readJson } from '@app/common/serve/json-body.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ChatEnv } from './env.js';
import { RedisIoAdapter } from './sockets/redis-io.adapter.js';

/** What every request meets before any route: CORS, how large a body may be, and the sockets. */
export function front(app: NestExpressApplication, env: ChatEnv): void {
  const origin = env.FRONTEND_URL.includes('*') ? '*' : env.FRONTEND_URL;
  app.enableCors({ origin, exposedHeaders: ['X-Request-Id', 'Retry-After'], maxAge: 600 });
  readJson(app, env.MAX_PAYLOAD_BYTES);
  app.useBodyParser('urlencoded', { limit: env.MAX_PAYLOAD_BYTES, extended: false });
  app.useWebSocketAdapter(new RedisIoAdapter(app));
}
