import 'reflect-metadata';
import { serve } from '@app/common/serve/serve.js';
import { ChatModule } from './chat.module.js';
import { readSettings } from './env.js';
import { openApi } from './openapi.js';
import { RedisIoAdapter } from './sockets/redis-io.adapter.js';

const env = readSettings();
await serve(ChatModule.with(env), env, {
  openApi,
  prepare: (app) => {
    app.useWebSocketAdapter(new RedisIoAdapter(app));
  },
});
