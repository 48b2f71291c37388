import 'reflect-metadata';
import { serve } from '@app/common/serve/serve.js';
import { ChatModule } from './chat.module.js';
import { readSettings } from './env.js';
import { front } from './front.middleware.js';
import { openApi } from './openapi.js';

const env = readSettings();
await serve(ChatModule.with(env), env, {
  service: 'chat',
  openApi,
  prepare: (app) => front(app, env),
});
