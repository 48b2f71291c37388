import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bool, type CleanedEnv, host, makeValidator, port, str } from 'envalid';
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

/** The path of a signing key (.p8) as Apple gives it: elliptic, on the curve that ES256 wants. */
const signingKey = makeValidator<string>((path) => {
  const pem = contentOf(path);
  let curve: string | undefined;
  try {
    curve = createPrivateKey(pem).asymmetricKeyDetails?.namedCurve;
  } catch {
    throw new Error('must be the path of a private key (PEM), the AuthKey_….p8 that Apple gave');
  }
  if (curve !== 'prime256v1') throw new Error('must be the path of an elliptic key (P-256), the .p8 that Apple gave');
  return path;
});

const certificate = makeValidator<string>((path) => {
  const pem = contentOf(path);
  try {
    new X509Certificate(pem);
  } catch {
    throw new Error('must be the path of a certificate (PEM)');
  }
  return path;
});

/** The ten letters and digits by which Apple names keys and teams. */
const appleId = makeValidator<string>((input) => {
  if (!/^[A-Z0-9]{10}$/.test(input)) throw new Error('must be ten capital letters and digits');
  return input;
});

const bundleId = makeValidator<string>((input) => {
  if (!/^[\w.-]{1,155}$/.test(input)) throw new Error('must be a bundle id, like com.example.app');
  return input;
});

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new Error('must be the path of a readable file');
  }
}

/** Whoever pushes through APNs names a key, and whose it is; of half of it nothing works. */
const withApnsKey = ({ APNS_KEY_FILE }: Record<string, unknown>) => APNS_KEY_FILE !== undefined;
const withApns = ({ APNS_KEY_ID, APNS_TEAM_ID, APNS_TOPIC, APNS_HOST }: Record<string, unknown>) =>
  [APNS_KEY_ID, APNS_TEAM_ID, APNS_TOPIC, APNS_HOST].some((value) => value !== undefined);

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
  APNS_KEY_FILE: signingKey({
    default: undefined,
    requiredWhen: withApns,
    desc: "The path of Apple's signing key (.p8); with it, pushes to devices of provider `apns` go to Apple directly.",
    example: '/run/secrets/AuthKey_ABC123DEFG.p8',
  }),
  APNS_KEY_ID: appleId({
    default: undefined,
    requiredWhen: withApnsKey,
    desc: 'The id of that key, ten letters and digits; needed with APNS_KEY_FILE.',
    example: 'ABC123DEFG',
  }),
  APNS_TEAM_ID: appleId({
    default: undefined,
    requiredWhen: withApnsKey,
    desc: "The id of the team in Apple's developer account; needed with APNS_KEY_FILE.",
    example: 'DEF123GHIJ',
  }),
  APNS_TOPIC: bundleId({
    default: undefined,
    requiredWhen: withApnsKey,
    desc: 'The bundle id of the app; needed with APNS_KEY_FILE.',
    example: 'com.example.app',
  }),
  APNS_PRODUCTION: bool({
    default: true,
    desc: "Whether devices that do not say where they belong are in Apple's production; false for the sandbox.",
  }),
  APNS_HOST: host({
    default: undefined,
    desc: 'The host of a stand-in for APNs, HTTP/2 over TLS; for tests and local work.',
    example: 'localhost',
  }),
  APNS_PORT: port({ default: 443, desc: "The port of APNs; Apple's is 443, or 2197 where a firewall wants it." }),
  APNS_CA_FILE: certificate({
    default: undefined,
    desc: 'The path of the certificate (PEM) that signed the one of the stand-in for APNs.',
  }),
  PUSH_CONCURRENCY: count({ default: 32, desc: 'How many pushes are under way at once, in one process.' }),
};

export type Env = CleanedEnv<typeof settings>;

export const readSettings = () => loadEnv(settings);
