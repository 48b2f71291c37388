import { suite } from '../../suite.ts';
import { targets } from '../targets.ts';
import { populate, type World } from '../world.ts';
import { type Answer, send } from './raw.ts';
import { type Plain, plainRequests } from './routes.ts';
import { STRANGE, type Strangeness } from './strangeness.ts';

jest.setTimeout(120_000);

let world: World;

beforeAll(async () => {
  world = await populate(suite());
});

/** What is wrong with an answer to something strange; undefined when nothing is. */
function complaint({ status, headers, body }: Answer, { refused }: Strangeness): string | undefined {
  if (!(status >= 200 && status < 500)) return `status ${status}: ${body}`;
  if (status < 400) return refused ? `is taken: ${status}` : undefined;
  if (!headers['content-type']?.startsWith('application/json'))
    return `${status} as ${headers['content-type']}: ${body}`;
  const { success, code, message } = JSON.parse(body) as Record<string, unknown>;
  return success === false && code && message ? undefined : `no envelope: ${body}`;
}

/** Whether such a request can be strange in this way. */
function fits({ of }: Strangeness, { request, secured }: Plain): boolean {
  const json = request.headers.some(([, value]) => value === 'application/json');
  if (of === 'secured') return secured;
  return of === undefined || (of === 'body' ? json : request.body === undefined);
}

it.each(STRANGE)('$name is taken for what it is, on every route', async (strange) => {
  const wrong: string[] = [];
  for (const target of targets(suite())) {
    const past = target.name.endsWith('its port');
    if (past && strange.parser) continue;
    for (const plain of plainRequests(target, world).filter((one) => fits(strange, one))) {
      const found = complaint(await send(target.url, strange.make(plain.request)), strange);
      if (found) wrong.push(`${plain.name}, ${target.name}: ${found}`);
    }
  }
  expect(wrong).toEqual([]);
});
