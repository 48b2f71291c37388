import type { IncomingMessage } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Options } from 'pino-http';
import { ClientAddresses } from '../address/client-addresses.js';
import type { SharedEnv } from '../env/shared.settings.js';
import { tracedLine } from '../tracing/tracing.js';
import { requestIdOf } from './request-id.js';

/** Secrets never reach a log line, whatever object carries them. */
const REDACTED = ['token', 'accessToken', 'refreshToken', 'password', 'authorization', 'cookie', 'text'].flatMap(
  (name) => [name, `*.${name}`],
);

/** Structured logs (pino): one line a request, with its id, the client's address and the user's id; no header, query, token or text. */
export function loggingModule(app: string, env: SharedEnv): DynamicModule {
  const addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  const http: Options = {
    name: app,
    level: env.LOG_LEVEL,
    redact: REDACTED,
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && { mixin: tracedLine }),
    genReqId: (request, response) => {
      const id = requestIdOf(request.headers);
      response.setHeader('X-Request-Id', id);
      return id;
    },
    serializers: {
      req: (request: { id: string; method: string; url: string; raw: IncomingMessage }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        address: addresses.of(request.raw),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customProps: (request) => {
      const { user } = request as { user?: { id: string } };
      return user ? { userId: user.id } : {};
    },
    // Probes, and polling sockets, whose every message is a request.
    autoLogging: { ignore: (request) => /^\/(health|socket\.io)(\/|\?|$)/.test(request.url ?? '') },
  };
  return LoggerModule.forRoot({ pinoHttp: http });
}
