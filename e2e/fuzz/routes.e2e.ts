import { ifFound, openRoutes, type Routes, TARGETS } from './routes.ts';

jest.setTimeout(300_000);
jest.retryTimes(0);

/** The same requests each time, unless another seed is asked for. */
const seed = Number(process.env.PARLEY_TEST_SEED ?? 1);

let routes: Routes | undefined;

const { tool, routesAnswer } = await ifFound(it);
beforeAll(async () => {
  routes = tool && (await openRoutes(tool));
});
afterAll(() => routes?.close());

routesAnswer(TARGETS)('routes answer as their document says: %s', async (name) => {
  expect(await routes?.complaints({ name, seed, examples: 5, thorough: false })).toBe('');
});
