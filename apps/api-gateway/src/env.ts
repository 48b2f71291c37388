import { count, networks, origins, sharedSettings, urls } from '@app/common/env/shared.settings.js';
import { loadEnv } from '@app/common/env/env.js';
import { type CleanedEnv, port, str } from 'envalid';

/** The gateway's settings. */
export const settings = {
  ...sharedSettings,
  PORT: port({ default: 3000, desc: 'The port of the gateway.' }),
  CHAT_URLS: urls({
    default: ['http://localhost:3005'],
    desc: 'The chat nodes, a comma-separated list; a name stands for all of its addresses.',
  }),
  NOTIFICATION_URLS: urls({ default: ['http://localhost:3006'], desc: 'The notification services, a list.' }),
  MEDIA_URLS: urls({ default: ['http://localhost:3007'], desc: 'The media services, a comma-separated list.' }),
  FRONTEND_URL: origins({
    default: ['http://localhost:3000', 'http://localhost:5173'],
    desc: 'The web origins that may call the API from a browser, a comma-separated list; `*` for any.',
  }),
  TRUSTED_PROXIES: networks({
    default: [],
    desc: 'Addresses and networks, separated by commas, of proxies before the gateway, whose X-Forwarded-* is believed.',
    example: '10.0.0.0/8',
  }),
  PERSON_RATE_LIMIT: count({ default: 600, desc: 'Requests that a person may make in a minute, over all gateways.' }),
  ADDRESS_RATE_LIMIT: count({
    default: 6000,
    desc: 'Requests that may come from one address (of IPv6: one /64 network) in a minute, over all gateways.',
  }),
  UPLOAD_RATE_LIMIT: count({ default: 60, desc: 'Uploads that a person may begin in a minute, over all gateways.' }),
  LOGIN_NAME_LIMIT: count({
    default: 10,
    desc: 'Logins that may fail under one name in 15 minutes, over all gateways; whether somebody has that name or not.',
  }),
  LOGIN_ADDRESS_LIMIT: count({
    default: 100,
    desc: 'Logins that may fail from one address (of IPv6: one /64 network) in 15 minutes, over all gateways.',
  }),
  ACCESS_TOKEN_TTL: count({ default: 900, desc: 'Seconds that an access token is valid.' }),
  REFRESH_TOKEN_TTL: count({ default: 2_592_000, desc: 'Seconds of not being used after which a login ends.' }),
  TLS_CERT_FILE: str({
    default: undefined,
    desc: 'A certificate with its chain (PEM): with it the gateway speaks HTTPS and WSS itself. Read again when renewed.',
    example: '/run/secrets/tls.crt',
  }),
  TLS_KEY_FILE: str({
    default: undefined,
    desc: 'The key of that certificate (PEM), read again when renewed.',
    example: '/run/secrets/tls.key',
  }),
  UPSTREAM_CONNECT_TIMEOUT_MS: count({
    default: 2000,
    desc: 'Milliseconds in which a service must take a connection, before another address of it is tried.',
  }),
  HEADERS_TIMEOUT_MS: count({ default: 10_000, desc: 'Milliseconds in which the headers of a request must arrive.' }),
  REQUEST_TIMEOUT_MS: count({
    default: 300_000,
    desc: 'Milliseconds in which a whole request must arrive, its body too; slow connections upload for long.',
  }),
  UPSTREAM_TIMEOUT_MS: count({
    default: 60_000,
    desc: 'Milliseconds a service may stay silent in a request; longer than the ping interval of sockets.',
  }),
};

export type Env = CleanedEnv<typeof settings>;

/** Reads the settings of this process; a bad start ends here. */
export const readSettings = (): Env => loadEnv(settings);
