import { readFileSync } from 'node:fs';
import { type CleanedEnv, makeValidator, port, str } from 'envalid';
import { loadEnv } from '@app/common/env/env.js';
import { count, sharedSettings } from '@app/common/env/shared.settings.js';

/** The path of a JSON file with Google credentials. */
const credentials = makeValidator<string>((path) => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Error('must be the path of a readable JSON file');
  }
  if (typeof content !== 'object' || content === null || !('type' in content)) {
    throw new Error('must be the path of a Google credentials file');
  }
  return path;
});

const hostAndPort = makeValidator<string>((input) => {
  if (!/^(\[[^\]]+\]|[^:/]+):\d{1,5}$/.test(input)) throw new Error('must be host:port');
  return input;
});

/** The settings of the notification service. */
export const settings = {
  ...sharedSettings,
  PORT: port({ default: 3006, desc: 'The port to listen on.' }),
  FIREBASE_SERVICE_ACCOUNT: credentials({
    default: undefined,
    desc: 'The path of a Firebase service account (JSON); with it, pushes go out through FCM.',
    example: '/run/secrets/firebase.json',
  }),
  GOOGLE_APPLICATION_CREDENTIALS: credentials({
    default: undefined,
    desc: "Google's own name for a credentials file; used when FIREBASE_SERVICE_ACCOUNT is not set.",
  }),
  FIREBASE_PROJECT_ID: str({
    default: undefined,
    desc: "The Firebase project; the credentials' own when left out.",
  }),
  FCM_EMULATOR_HOST: hostAndPort({
    default: undefined,
    desc: 'host:port of a stand-in for FCM, spoken to over plain HTTP without credentials; for tests and local work.',
    example: 'localhost:9098',
  }),
  PUSH_CONCURRENCY: count({ default: 32, desc: 'How many pushes are under way at once, in one process.' }),
};

export type Env = CleanedEnv<typeof settings>;

export const readSettings = () => loadEnv(settings);
