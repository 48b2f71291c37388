import { isIP } from 'node:net';
import { type CleanedEnv, makeValidator, port, str, url } from 'envalid';
import { tracingSettings } from '../tracing/tracing.settings.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const LEAST_SECRET = 32;

/** A secret of at least 32 characters, so that a guessed one does not sign tokens. */
const secret = makeValidator<string>((input) => {
  if (input.length < LEAST_SECRET) throw new Error(`must have at least ${LEAST_SECRET} characters`);
  return input;
});

/** A comma-separated list of such secrets. */
const secrets = makeValidator<string[]>((input) => {
  const parts = input.split(',').map((part) => part.trim());
  if (parts.some(({ length }) => length < LEAST_SECRET)) {
    throw new Error(`must be secrets of at least ${LEAST_SECRET} characters, separated by commas`);
  }
  return parts;
});

/** A whole number of at least 1. */
export const count = makeValidator<number>((input) => {
  const value = Number(input);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error('must be a whole number of at least 1');
  return value;
});

/** A comma-separated list of http(s) addresses, without a slash at the end. */
export const urls = makeValidator<string[]>((input) =>
  input.split(',').map((part) => {
    const url = new URL(part.trim());
    if (!['http:', 'https:'].includes(url.protocol)) throw new Error('must be http or https addresses');
    return url.href.replace(/\/+$/, '');
  }),
);

/** A comma-separated list of web origins, or `*` for any. */
export const origins = makeValidator<string[]>((input) =>
  input.split(',').map((part) => {
    if (part.trim() === '*') return '*';
    const url = new URL(part.trim());
    if (!['http:', 'https:'].includes(url.protocol)) throw new Error('must be http or https origins, or *');
    return url.origin;
  }),
);

/** A comma-separated list of IP addresses and networks (`10.0.0.0/8`). */
export const networks = makeValidator<string[]>((input) =>
  input.split(',').map((part) => {
    const [address = '', bits] = part.trim().split('/');
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (most < 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= most))) {
      throw new Error('must be IP addresses or networks, like 10.0.0.0/8');
    }
    return part.trim();
  }),
);

/** A port, or `off`. */
const portOrOff = makeValidator<number | 'off'>((input) => {
  if (input === 'off') return input;
  const value = Number(input);
  if (!Number.isSafeInteger(value) || value < 1 || value > 65_535) throw new Error('must be a port, or `off`');
  return value;
});

/** A comma-separated list of words. */
const words = makeValidator<string[]>((input) =>
  input
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);

/** Settings that every app has; an app's own table adds its port and what only it needs. */
export const sharedSettings = {
  NODE_ENV: str({ choices: ['development', 'test', 'production'], default: 'development', desc: 'What it runs as.' }),
  LOG_LEVEL: str({ choices: LOG_LEVELS, default: 'info', desc: 'The least severe level that is logged.' }),
  HOST: str({ default: '0.0.0.0', desc: 'The address to listen on.' }),
  METRICS_PORT: portOrOff({
    default: 'off',
    desc: 'The port of `/metrics` for Prometheus, which clients must not reach, or `off`; `npm run up` and containers set it.',
    example: '9464',
  }),
  METRICS_HOST: str({
    default: undefined,
    desc: 'The address that `/metrics` listens on; `HOST`, when it is left out.',
    example: '127.0.0.1',
  }),
  MONGODB_URI: str({
    desc: 'MongoDB, a replica set; all apps share one database.',
    example: 'mongodb://localhost:27017/parley?replicaSet=rs0',
  }),
  REDIS_URL: str({
    default: undefined,
    desc: 'Redis 7 or Valkey, as one address; wins over REDIS_HOST.',
    example: 'redis://:password@localhost:6379',
  }),
  REDIS_HOST: str({ default: 'localhost', desc: 'Redis or Valkey host.' }),
  REDIS_PORT: port({ default: 6379, desc: 'Redis or Valkey port.' }),
  REDIS_PASSWORD: str({ default: '', desc: 'Redis or Valkey password; empty for none.' }),
  JWT_SECRET: secret({
    desc: 'The HS256 secret that access tokens are signed with, at least 32 characters.',
    example: 'a-long-random-text-of-32-or-more-characters',
  }),
  JWT_SECRET_PREVIOUS: secrets({
    default: [],
    desc: 'HS256 secrets, separated by commas, whose tokens are accepted too and that nothing is signed with: for a change of JWT_SECRET.',
  }),
  JWKS_URI: url({
    default: undefined,
    desc: 'Where the public keys of RS256 and ES256 tokens are (JWKS); they are accepted beside HS256 ones.',
    example: 'https://login.example.com/.well-known/jwks.json',
  }),
  JWT_AUDIENCE: words({
    default: [],
    desc: 'The audiences (`aud`), separated by commas, of which a token of your app must name one; none takes any.',
    example: 'parley',
  }),
  JWT_ISSUER: words({
    default: [],
    desc: 'The issuers (`iss`), separated by commas, whose tokens are accepted; none takes any.',
    example: 'https://login.example.com/',
  }),
  TRUSTED_PROXIES: networks({
    default: ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
    desc: 'Addresses and networks, separated by commas, of the gateways, whose X-Forwarded-For is believed.',
  }),
  SHUTDOWN_TIMEOUT_MS: count({
    default: 8000,
    desc: 'Milliseconds that a stop may take before the process ends itself.',
  }),
  ...tracingSettings,
};

/** The values of {@link sharedSettings} and the port, which every app's own table holds. */
export type SharedEnv = CleanedEnv<typeof sharedSettings> & { PORT: number };

/** Injection token of an app's settings. */
export const ENV = Symbol('ENV');
