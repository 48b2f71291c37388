import { readJson } from '@app/common/serve/json-body.js';
import { serve } from '@app/common/serve/serve.js';
import { readSettings } from './env.js';
import { NotificationModule } from './notification.module.js';
import { openApi } from './openapi.js';

const env = readSettings();
await serve(NotificationModule.with(env), env, { service: 'notification', openApi, prepare: readJson });
