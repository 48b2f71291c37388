import type { NestExpressApplication } from '@nestjs/platform-express';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import { Logger } from '@nestjs/common';
import { knownError } from '@app/common/errors/known-error.js';
import { routedAs } from '@app/common/metrics/http.middleware.js';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { Admission } from './admission.js';
import type { Env } from './env.js';
import { serveDocs } from './openapi.js';
import { refusal, refuse } from './proxy/refusal.js';
import { guardServer } from './server/broken-requests.js';
import { renewTls } from './server/tls.js';

const HALF_A_YEAR_S = 15_552_000;
const EXPOSED = ['X-Request-Id', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];

/** What every request meets before any route: an id, security headers, CORS, its admission, the docs. */
export function front(app: NestExpressApplication, env: Env): void {
  const admission = app.get(Admission);
  guardServer(app.getHttpServer(), { headersMs: env.HEADERS_TIMEOUT_MS, requestMs: env.REQUEST_TIMEOUT_MS });
  renewTls(app.getHttpServer(), env);
  app.set('case sensitive routing', true);
  app.use((request: Request, response: Response, next: NextFunction) => {
    response.setHeader('X-Request-Id', admission.name(request));
    next();
  });
  app.use(
    helmet({
      // Pictures and files are shown by web clients of other origins.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // Plain HTTP inside a team's network is a way to run this.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
      // Whoever ends TLS, here or in front of this, speaks for the name that browsers know.
      strictTransportSecurity:
        env.TLS_CERT_FILE === undefined ? false : { maxAge: HALF_A_YEAR_S, includeSubDomains: false },
    }),
  );
  const origin = env.FRONTEND_URL.includes('*') ? '*' : env.FRONTEND_URL;
  const rest: CorsOptions = { origin, exposedHeaders: EXPOSED, maxAge: 600 };
  app.enableCors((request: Request, answer: (error: null, options: CorsOptions) => void) => {
    // Chat answers for its sockets, preflights too.
    answer(null, request.url.startsWith('/socket.io') ? { origin: false } : rest);
  });
  app.use(admitting(admission));
  serveDocs(app);
}

/** Refusals here come before the log of requests, so they write its line themselves. */
function admitting(admission: Admission) {
  const log = new Logger('admission');
  return (request: Request, response: Response, next: NextFunction): void => {
    const tell = (name: string, value: number) => void response.setHeader(name, value);
    admission.admit(request, tell).then(
      () => {
        told(admission, request, response);
        next();
      },
      (thrown: unknown) => {
        told(admission, request, response);
        const error = knownError(thrown, log);
        log.log({ req: request, code: error.code }, 'refused');
        // What is left of the body must be read, or the client's connection hangs.
        request.resume();
        refuse(response, refusal(error));
      },
    );
  };
}

/** Metrics tell a request by its row of the table, also one that is refused. */
function told(admission: Admission, request: Request, response: Response): void {
  const row = admission.rowOf(request);
  if (row !== undefined) routedAs(response, row);
}
