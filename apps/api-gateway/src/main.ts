import { serve } from '@app/common/serve/serve.js';
import { readSettings } from './env.js';
import { front } from './front.middleware.js';
import { GatewayModule } from './gateway.module.js';
import { openApi } from './openapi.js';

const env = readSettings();
await serve(GatewayModule.with(env), env, {
  service: 'api-gateway',
  openApi,
  bodyParser: false,
  prepare: (app) => front(app, env),
});
