import { serve } from '@app/common/serve/serve.js';
import { readSettings } from './env.js';
import { front } from './front.middleware.js';
import { GatewayModule } from './gateway.module.js';
import { openApi } from './openapi.js';
import { readTls } from './server/tls.js';

const env = readSettings();
const tls = readTls(env);
await serve(GatewayModule.with(env), env, {
  service: 'api-gateway',
  openApi,
  bodyParser: false,
  ...(tls && { tls }),
  prepare: (app) => front(app, env),
});
