import type { NestExpressApplication } from '@nestjs/platform-express';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import helmet from 'helmet';
import type { Env } from './env.js';
import { serveDocs } from './openapi.js';

/** What every request meets before any route: security headers, CORS, the docs. */
export function front(app: NestExpressApplication, env: Env): void {
  app.use(
    helmet({
      // Pictures and files are shown by web clients of other origins.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // Plain HTTP inside a team's network is a way to run this.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
      // Whoever ends TLS in front of this speaks for the whole domain.
      strictTransportSecurity: false,
    }),
  );
  const origin = env.FRONTEND_URL.includes('*') ? '*' : env.FRONTEND_URL;
  const rest: CorsOptions = { origin, exposedHeaders: ['X-Request-Id', 'Retry-After'], maxAge: 600 };
  app.enableCors((request: Request, answer: (error: null, options: CorsOptions) => void) => {
    // Chat answers for its sockets, preflights too.
    answer(null, request.url.startsWith('/socket.io') ? { origin: false } : rest);
  });
  serveDocs(app);
}
