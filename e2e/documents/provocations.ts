import { EXAMPLES } from '@app/common/openapi/examples.js';
import { type Operation, outcomesOf } from './document.ts';
import type { Change } from './request.ts';
import { picture, type World } from './world.ts';

/** A request that is to be answered in a certain way. */
export interface Provocation {
  outcome: string;
  change: Change;
}

const MORE_THAN_A_FILE = 11 * 1024 * 1024;
const UNKNOWN = 'f'.repeat(24);
const OTHER_CHARSET = { 'content-type': 'application/json; charset=klingon' };

/** Nothing of the world is known by the examples' own ids. */
const unbound = ({ bound }: World): Record<string, string> => {
  const ids = Object.entries(bound).map(([shown]) => [shown, shown in OURS ? UNKNOWN : `nobody-${shown}`]);
  return Object.fromEntries(ids) as Record<string, string>;
};
const OURS = Object.fromEntries(Object.values(EXAMPLES).map((id) => [id, true]));

function page(): FormData {
  const form = new FormData();
  form.set('file', new Blob(['<!doctype html><script>alert(1)</script>']), 'holiday.png');
  return form;
}

type Own = (world: World) => Provocation[];

const headers = (name: string, value: string): Change => ({ headers: { [name]: value } });

/** What only one route answers: an operation's id → how it is made to. */
const OWN: Record<string, Own> = {
  login: () => [
    { outcome: '401 WRONG_CREDENTIALS', change: { body: '{"username":"nobody-here","password":"guessed"}' } },
  ],
  refreshTokens: () => [{ outcome: '401 UNAUTHENTICATED', change: { bound: {} } }],
  // The example was taken when it was tried.
  register: () => [{ outcome: '409 CONFLICT', change: {} }],
  updateMe: ({ other }) => [{ outcome: '409 CONFLICT', change: { token: other } }],
  openConversation: () => [{ outcome: '200', change: {} }],
  // With the same `localId`, the first answer comes again wherever it is sent.
  sendMessage: (world) => [{ outcome: '404 NOT_FOUND', change: { bound: unbound(world), body: '{"text":"Hello"}' } }],
  checkFiles: () => [{ outcome: '404 NOT_FOUND', change: { bound: {} } }],
  uploadFile: () => [
    { outcome: '413 TOO_LARGE', change: { body: picture(MORE_THAN_A_FILE) } },
    { outcome: '415 UNSUPPORTED_TYPE', change: { body: page() } },
  ],
  downloadFile: () => [
    { outcome: '206', change: headers('range', 'bytes=0-9') },
    { outcome: '304', change: headers('if-none-match', '*') },
    { outcome: '416 INVALID_INPUT', change: headers('range', 'bytes=9999-') },
  ],
};

/** What is sent to a route to be answered in every way that it documents, beside its examples. */
export function provocationsOf(operation: Operation, world: World): Provocation[] {
  const { stranger, other } = world;
  const hasBody = Object.keys(operation.body).length > 0;
  const own = OWN[operation.id]?.(world) ?? [];
  const common: Provocation[] = [
    { outcome: '400 INVALID_INPUT', change: { query: 'a[$ne]=1' } },
    ...(hasBody ? [{ outcome: '400 INVALID_INPUT', change: { body: '{"nonsense":1}' } }] : []),
    { outcome: '401 UNAUTHENTICATED', change: { token: undefined } },
    { outcome: '401 UNAUTHENTICATED', change: { token: 'no.such.token' } },
    { outcome: '403 FORBIDDEN', change: { token: other } },
    { outcome: '403 NOT_A_MEMBER', change: { token: stranger } },
    { outcome: '404 NOT_FOUND', change: { bound: unbound(world) } },
    { outcome: '413 TOO_LARGE', change: { body: JSON.stringify({ text: 'x'.repeat(300_000) }) } },
    { outcome: '415 UNSUPPORTED_TYPE', change: { body: '{}', headers: OTHER_CHARSET } },
  ];
  const documented = outcomesOf(operation);
  const told = new Set(own.map(({ outcome }) => outcome));
  // Nobody is asked for a token where none is needed.
  const open = (outcome: string) => !operation.secured && outcome.startsWith('401');
  return [
    ...common.filter(({ outcome }) => documented.includes(outcome) && !told.has(outcome) && !open(outcome)),
    ...own,
  ];
}
