import { codeOf, type Operation, operationsOf, outcome, outcomesOf, read } from './document.ts';
import { type Answered, problemsOf } from './answered.ts';
import { startApp, type StartedApp } from '../setup/start-app.ts';
import { suite } from '../suite.ts';
import { provocationsOf } from './provocations.ts';
import { requestsOf, type Sent } from './request.ts';
import { worldFor, type World } from './world.ts';

const SERVICES = ['api-gateway', 'chat', 'media', 'notification'];
const ROUTES = SERVICES.flatMap(operationsOf).map((one) => [`${one.service}: ${one.id}`, one] as const);
const PASSED = ROUTES.filter(([, { server, service }]) => server !== undefined && service !== 'api-gateway');
const LIMITED = ROUTES.filter(([, { answers }]) => '429' in answers);
/** Nobody else comes from here. */
const ELSEWHERE = { 'x-forwarded-for': '198.51.100.77' };

/** A bug, and engines that are away: others test what is answered then. */
const NOT_HERE = ['500 INTERNAL', '503 UNAVAILABLE', '503'];
/** Of gateways of their own. */
const ELSEWHERE_HERE = ['429 RATE_LIMITED', '503 UPSTREAM_DOWN'];

async function send({ url, ...request }: Sent): Promise<Answered> {
  const { status, headers, ...answer } = await fetch(url, { ...request, redirect: 'manual' }).then(
    async (response) => ({
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    }),
  );
  return { status, headers, ...answer };
}

const outcomeOf = ({ status, headers, text }: Answered): string =>
  outcome(status, headers.get('content-type')?.startsWith('application/json') ? codeOf(JSON.parse(text)) : undefined);

/** Asks a route in all its ways; what came that its document does not say, and all that came. */
async function tried(operation: Operation, world: World) {
  const problems: string[] = [];
  const came = new Set<string>();
  const hear = async (what: string, sent: Sent, expected?: string) => {
    const answered = await send(sent);
    came.add(outcomeOf(answered));
    problems.push(...problemsOf(operation, answered).map((problem) => `${what}: ${problem}`));
    const got = outcomeOf(answered);
    const asExpected = expected === undefined ? answered.status < 300 : got === expected;
    if (!asExpected) problems.push(`${what}: ${got}, not ${expected ?? 'a success'}: ${answered.text.slice(0, 300)}`);
  };
  for (const sent of requestsOf(operation, world)) await hear('its example', sent);
  for (const { outcome: expected, change } of provocationsOf(operation, world)) {
    const [sent] = requestsOf(operation, world, change);
    if (sent) await hear(`for ${expected}`, sent, expected);
  }
  return { problems, came };
}

/** The answers to a route's example at another gateway. */
async function askedAt(gateway: StartedApp, operation: Operation, token: string): Promise<Answered> {
  const world = { token, bound: {}, at: () => gateway.url, form: () => new FormData() };
  const [sent] = requestsOf(operation, world as unknown as World, { token, headers: ELSEWHERE });
  if (!sent) throw new Error(`${operation.id} has no example`);
  return send(sent);
}

describe('a document', () => {
  it.each(SERVICES)('of %s is served at the gateway as it is checked in', async (service) => {
    const served = await fetch(`${suite().gateway}/docs/${service}/openapi.json`);
    expect(await served.json()).toEqual(read(service));
  });

  it('has no two routes of one name in all services but those that all have', () => {
    const names = ROUTES.filter(([, { path }]) => !path.startsWith('/health')).map(([, { id }]) => id);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

describe('what a route answers, to its examples and to what it refuses, is what its document says', () => {
  it.each(ROUTES)('%s', async (_name, operation) => {
    const { problems, came } = await tried(operation, await worldFor(operation.service));
    expect(problems).toEqual([]);
    const elsewhere = [...NOT_HERE, ...ELSEWHERE_HERE];
    expect([...came].sort()).toEqual(
      outcomesOf(operation)
        .filter((one) => !elsewhere.includes(one))
        .sort(),
    );
  });
});

describe('a gateway', () => {
  let token: string;
  let gateway: StartedApp | undefined;
  beforeAll(async () => {
    token = (await worldFor('notification')).token;
  });
  // Also after a failure: whoever is left over keeps the run from ending.
  afterEach(() => gateway?.kill());

  it('that lets one request through refuses the next as is documented, at every route', async () => {
    const limits = { ADDRESS_RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.0/8' };
    gateway = await startApp('api-gateway', 'gateway-tight', limits);
    await fetch(`${gateway.url}/`, { headers: ELSEWHERE });
    for (const [name, operation] of LIMITED) {
      const answered = await askedAt(gateway, operation, token);
      expect([name, outcomeOf(answered), problemsOf(operation, answered)]).toEqual([name, '429 RATE_LIMITED', []]);
    }
  });

  it('whose services are away says so as is documented, at every route', async () => {
    const nowhere = 'http://127.0.0.1:9';
    const urls = { CHAT_URLS: nowhere, MEDIA_URLS: nowhere, NOTIFICATION_URLS: nowhere };
    gateway = await startApp('api-gateway', 'gateway-lonely', urls);
    for (const [name, operation] of PASSED) {
      const answered = await askedAt(gateway, operation, token);
      expect([name, outcomeOf(answered), problemsOf(operation, answered)]).toEqual([name, '503 UPSTREAM_DOWN', []]);
    }
  });
});
