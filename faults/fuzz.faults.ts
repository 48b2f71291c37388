import { ifFound, openRoutes, type Routes, TARGETS } from '../e2e/fuzz/routes.ts';
import { seed } from '../e2e/setup/under-load.ts';

jest.setTimeout(20 * 60_000);
jest.retryTimes(0);

/** How many requests each operation gets of each kind. */
const examples = Number(process.env.PARLEY_FUZZ_EXAMPLES ?? 100);

let routes: Routes | undefined;

const { tool, routesAnswer } = await ifFound(it);
beforeAll(async () => {
  routes = tool && (await openRoutes(tool));
});
afterAll(() => routes?.close());

routesAnswer(TARGETS)('routes answer as their document says, whatever is asked: %s', async (name) => {
  expect(await routes?.complaints({ name, seed, examples, thorough: true })).toBe('');
});
