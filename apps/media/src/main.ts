import { readJson } from '@app/common/serve/json-body.js';
import { serve } from '@app/common/serve/serve.js';
import { readSettings } from './env.js';
import { MediaModule } from './media.module.js';
import { openApi } from './openapi.js';

const env = readSettings();
await serve(MediaModule.with(env), env, { service: 'media', openApi, prepare: readJson });
