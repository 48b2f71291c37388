import type { Target } from './targets.ts';
import { PASSWORD, type World } from './world.ts';

/** A check that an operation is not held to, and why not. */
interface Exception {
  operation: [method: string, path: string];
  checks: readonly string[];
  why: string;
}

const ACCEPTS = 'positive_data_acceptance';
const EXISTS = 'ensure_resource_availability';
const METHODS = ['unsupported_method', 'allow_header_conformance'];

/** What OpenAPI cannot say, so that what the document allows may be refused all the same. */
const EXCEPTIONS: readonly Exception[] = [
  { operation: ['POST', '/api/v1/auth/register'], checks: [ACCEPTS], why: 'common passwords, names of spaces only' },
  { operation: ['PATCH', '/api/v1/users/me'], checks: [ACCEPTS], why: 'names of spaces only, addresses of no host' },
  { operation: ['GET', '/conversations'], checks: [ACCEPTS], why: '`before` is whatever the page before said' },
  { operation: ['POST', '/conversations'], checks: [ACCEPTS], why: 'a direct conversation has one other person' },
  {
    operation: ['POST', '/conversations/{id}/messages'],
    checks: [ACCEPTS],
    why: 'text or a file, as a person sees it',
  },
  { operation: ['PATCH', '/messages/{id}'], checks: [ACCEPTS], why: 'text that a person sees, of so many letters' },
  {
    operation: ['POST', '/conversations/{id}/messages/mark-read'],
    checks: [EXISTS],
    why: 'it has no such messages yet',
  },
  { operation: ['DELETE', '/conversations/{id}/participants/{userId}'], checks: [EXISTS], why: 'nor such people' },
  { operation: ['POST', '/media'], checks: [ACCEPTS], why: 'a file is known by its first bytes' },
  { operation: ['GET', '/media/{id}'], checks: [ACCEPTS], why: 'a range may lie outside of the file' },
  { operation: ['GET', '/media/{id}'], checks: METHODS, why: '/media/check is an id to this one' },
  { operation: ['POST', '/media/check'], checks: METHODS, why: 'GET /media/{id} takes its address, too' },
  { operation: ['POST', '/devices'], checks: [ACCEPTS], why: 'providers have platforms; locales and time zones' },
];

/** What parameters and fields are often drawn from, so that requests meet things that exist. */
const BINDINGS: Record<Target['document'], Record<string, Record<string, string>>> = {
  'api-gateway': {
    '/users/\\{': { 'path.id': 'people' },
    '/auth/sessions/': { 'path.id': 'logins' },
    '/auth/refresh': { 'body.refreshToken': 'spent' },
    '/auth/logout': { 'body.refreshToken': 'ended' },
    '/auth/login': { 'body.username': 'usernames', 'body.password': 'passwords' },
  },
  chat: {
    '^/conversations/': { 'path.id': 'conversations', 'path.userId': 'people' },
    '/mark-read': { 'body.messageIds[*]': 'messages' },
    '/messages$': { 'query.before': 'messages', 'body.attachments[*].mediaId': 'files' },
    '^/messages/': { 'path.id': 'messages' },
  },
  media: { '^/media/': { 'path.id': 'files' } },
  notification: { '^/devices/': { 'path.installationId': 'devices' } },
};
const OFTEN = 0.6;

/** The settings of one run of Schemathesis, in TOML; texts and lists are written as in JSON. */
export function settingsOf({ document }: Target, world: World, token: string): string {
  const values = {
    ...world.ids,
    spent: world.refreshTokens.slice(0, 3),
    ended: world.refreshTokens.slice(3),
    usernames: [world.me.username],
    passwords: [PASSWORD],
  };
  return [
    'continue-on-failure = true',
    // A redirect is an answer like any other.
    'max-redirects = 0',
    'request-timeout = 20',
    `hooks = ${JSON.stringify(`${import.meta.dirname}/checks.py`)}`,
    '[generation]',
    'database = "none"',
    // Links between operations are guessed: an id may be of another kind than the one that is asked for.
    `[phases.stateful]\nchecks.${ACCEPTS}.enabled = false`,
    '[dictionaries]',
    ...Object.entries(values).map(([name, list]) => `${name} = { values = ${JSON.stringify(list)} }`),
    '[auth.openapi.bearer]',
    `bearer = ${JSON.stringify(token)}`,
    ...Object.entries(BINDINGS[document]).flatMap(bound),
    ...EXCEPTIONS.flatMap(excepted),
  ].join('\n');
}

function bound([path, fields]: [string, Record<string, string>]): string[] {
  const often = (name: string) => `{ dictionary = "${name}", probability = ${OFTEN} }`;
  return [
    '[[operations]]',
    `include-path-regex = ${JSON.stringify(path)}`,
    '[operations.parameters]',
    ...Object.entries(fields).map(([where, name]) => `${JSON.stringify(where)} = ${often(name)}`),
  ];
}

function excepted({ operation: [method, path], checks, why }: Exception): string[] {
  const off = checks.map((check) => `checks.${check}.enabled = false`);
  return [`# ${why}`, '[[operations]]', `include-name = ${JSON.stringify(`${method} ${path}`)}`, ...off];
}
