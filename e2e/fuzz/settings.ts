import { PASSWORD, type World } from './world.ts';

/** A check that an operation is not held to, and why not. */
interface Exception {
  path: string;
  method: string;
  check: string;
  why: string;
}

/** What OpenAPI cannot say, so that what the document allows may still be refused, or the other way round. */
const EXCEPTIONS: readonly Exception[] = [];

/** What parameters and fields are often drawn from, so that requests meet things that exist. */
const BINDINGS: Record<string, Record<string, string>> = {
  '^/conversations/': {
    'path.id': 'conversations',
    'path.userId': 'people',
    'body.messageIds[*]': 'messages',
    'query.before': 'messages',
    'body.attachments[*].mediaId': 'files',
  },
  '^/conversations': { 'body.participantIds[*]': 'people' },
  '^/messages/': { 'path.id': 'messages' },
  '^/media/': { 'path.id': 'files', 'body.mediaIds[*]': 'files' },
  '^/devices': { 'path.installationId': 'devices' },
  '/users/': { 'path.id': 'people' },
  '/auth/sessions/': { 'path.id': 'logins' },
  '/auth/(refresh|logout)': { 'body.refreshToken': 'refreshTokens' },
  '/auth/login': { 'body.username': 'usernames', 'body.password': 'passwords' },
};
const OFTEN = 0.6;

/** The settings of one run of Schemathesis, in TOML; texts and lists are written as in JSON. */
export function settingsOf(world: World, token: string): string {
  const values = {
    ...world.ids,
    refreshTokens: world.refreshTokens,
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
    '[dictionaries]',
    ...Object.entries(values).map(([name, list]) => `${name} = { values = ${JSON.stringify(list)} }`),
    '[auth.openapi.bearer]',
    `bearer = ${JSON.stringify(token)}`,
    ...Object.entries(BINDINGS).flatMap(([path, bound]) => [
      '[[operations]]',
      `include-path-regex = ${JSON.stringify(path)}`,
      '[operations.parameters]',
      ...Object.entries(bound).map(
        ([where, name]) => `${JSON.stringify(where)} = { dictionary = "${name}", probability = ${OFTEN} }`,
      ),
    ]),
    ...EXCEPTIONS.flatMap(({ path, method, check, why }) => [
      `# ${why}`,
      '[[operations]]',
      `include-path = ${JSON.stringify(path)}`,
      `include-method = "${method}"`,
      `checks.${check}.enabled = false`,
    ]),
  ].join('\n');
}
