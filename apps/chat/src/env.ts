import { hostname } from 'node:os';
import { bool, type CleanedEnv, port, str } from 'envalid';
import { loadEnv } from '@app/common/env/env.js';
import { count, origins, sharedSettings, urls } from '@app/common/env/shared.settings.js';

/** Settings of the chat service. */
export const settings = {
  ...sharedSettings,
  PORT: port({ default: 3005, desc: 'The port of REST and sockets; `--port` wins.' }),
  NODE_NAME: str({
    default: undefined,
    desc: 'The name of this node, unique in the cluster; part of session ids. Made from host and process when not set.',
    example: 'chat-1',
  }),
  MESSAGE_RATE_LIMIT: count({ default: 20, desc: 'Messages that a person may send in a window.' }),
  MESSAGE_RATE_WINDOW: count({ default: 60_000, desc: 'The length of that window, in milliseconds.' }),
  MESSAGE_EDIT_WINDOW_MINUTES: count({ default: 15, desc: 'Minutes in which an author may edit a message.' }),
  GROUP_HISTORY: str({
    choices: ['joined', 'all'] as const,
    default: 'joined',
    desc: 'What people who are added to a group may read: what comes from then on, or `all` that was said before too.',
  }),
  SOCKET_ADAPTER: str({
    choices: ['sharded', 'classic'] as const,
    default: 'sharded',
    desc: 'How nodes pass events on: sharded pub/sub wakes only nodes that hold the room; classic needs no Redis 7.',
  }),
  PRESENCE_SUBSCRIPTIONS_MAX: count({ default: 200, desc: 'People whose presence one socket may watch at once.' }),
  NOTIFICATION_REDIS_CHANNEL: str({
    default: 'events:message.created',
    desc: 'The Redis channel that message.created is mirrored to.',
  }),
  MEDIA_SERVICE_URL: urls({
    default: ['http://localhost:3007'],
    desc: 'The media service, asked about attachments; of several, the next when one is away.',
  }),
  FRONTEND_URL: origins({
    default: ['http://localhost:3000', 'http://localhost:5173'],
    desc: 'Origins of browser apps that may connect, separated by commas; `*` for any.',
  }),
  ALLOW_QUERY_TOKEN: bool({
    default: false,
    desc: 'Accept the token of a socket in the query of its address. Addresses end up in logs: only for old clients.',
  }),
  TOKEN_MAX_AGE: count({
    default: 86_400,
    desc: 'Seconds after which a socket whose token has no `exp` is cut, unless it sends a token again.',
  }),
  MAX_PAYLOAD_BYTES: count({
    default: 65_536,
    desc: 'The largest packet or REST body, in bytes; a socket that sends a larger one is cut.',
  }),
  MAX_QUEUED_BYTES: count({
    default: 1_048_576,
    desc: 'Bytes that may wait for a slow reader before its socket is cut.',
  }),
  SOCKETS_PER_USER: count({ default: 20, desc: 'Sockets that a person may have open at once.' }),
  REQUESTS_IN_FLIGHT: count({ default: 100, desc: 'Requests of one socket that may be under way at once.' }),
  REFUSED_REQUESTS_LIMIT: count({
    default: 300,
    desc: 'Requests of a person over sockets that may be refused in a minute, a node, before the socket is cut.',
  }),
  REQUEST_RATE_LIMIT: count({
    default: 600,
    desc: 'Requests of a person over sockets in a minute, a node; messages and what has a limit of its own not counted.',
  }),
  HANDSHAKE_RATE_LIMIT: count({ default: 600, desc: 'Connections that one address may begin in a minute, a node.' }),
  JOIN_RATE_LIMIT: count({ default: 600, desc: 'Times that a person may join conversations in a minute, a node.' }),
  TYPING_RATE_LIMIT: count({ default: 300, desc: 'Times that a person may say typing in a minute, a node.' }),
  AUTHENTICATE_RATE_LIMIT: count({ default: 60, desc: 'Times that a person may renew tokens in a minute, a node.' }),
  SOCKET_PING_INTERVAL: count({ default: 25_000, desc: 'Milliseconds between pings of a socket.' }),
  SOCKET_PING_TIMEOUT: count({ default: 20_000, desc: 'Milliseconds a socket has to answer a ping.' }),
};

export type ChatEnv = CleanedEnv<typeof settings>;

/** The settings of this process. */
export const readSettings = (): ChatEnv => loadEnv(settings);

/** Injection token of this node's name. */
export const NODE_ID = Symbol('NODE_ID');

/** The name of this node: letters, digits and `-`, as session ids carry it. */
export function nodeName(env: Pick<ChatEnv, 'NODE_NAME'>, pid: number): string {
  return (env.NODE_NAME ?? `${hostname()}-${pid}`).replace(/[^A-Za-z0-9-]/g, '-');
}
