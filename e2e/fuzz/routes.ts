import { findSchemathesis, type Schemathesis } from '../../tools/schemathesis/install.ts';
import { type StartedSuite, startSuite } from '../setup/start-suite.ts';
import { UNLIMITED } from '../setup/under-load.ts';
import { fuzz, type Phase } from './fuzz.ts';
import { targets } from './targets.ts';
import { populate } from './world.ts';

/** Nothing but the routes themselves refuses what a fuzzer asks. */
const OPEN = {
  ...UNLIMITED,
  UPLOAD_RATE_LIMIT: '1000000',
  LOGIN_NAME_LIMIT: '1000000',
  LOGIN_ADDRESS_LIMIT: '1000000',
  // A long run outlives a token.
  ACCESS_TOKEN_TTL: '86400',
};
const ALL: readonly Phase[] = ['examples', 'coverage', 'fuzzing', 'stateful'];
/** What is passed on and what it is passed to need not be asked everything twice. */
const BRIEFLY: readonly Phase[] = ['fuzzing', 'stateful'];
const SYSTEMATICALLY: readonly Phase[] = ['coverage'];

const NOWHERE = { gateway: '', chat: ['', ''] as [string, string], media: '', notification: '' };

/** The names of what `complaints` is asked for. */
export const TARGETS = targets(NOWHERE).map(({ name }) => name);

export interface Asked {
  name: string;
  seed: number;
  examples: number;
  /** All phases, wherever it is. */
  thorough: boolean;
}

/** A suite of its own, without limits, and the fuzzer. */
export class Routes {
  constructor(
    private readonly tool: Schemathesis,
    private readonly suite: StartedSuite,
  ) {}

  /** What the fuzzer has to say against one target; empty when nothing. */
  async complaints({ name, seed, examples, thorough }: Asked): Promise<string> {
    const target = targets(this.suite.is).find((one) => one.name === name);
    if (!target) throw new Error(`there is no target "${name}"`);
    const world = await populate(this.suite.is);
    const short = name.endsWith('at its port') ? SYSTEMATICALLY : BRIEFLY;
    const phases = thorough || target.document === 'api-gateway' ? ALL : short;
    const asked = { target, world, token: world[target.as], phases, seed, examples };
    const { good, report } = await fuzz(this.tool, asked);
    console.log(`${name}: seed ${seed}, ${/\d+ generated, .*/.exec(report)?.[0] ?? 'nothing counted'}`);
    return good ? '' : `PARLEY_TEST_SEED=${seed} asks the same again.\n${report}`;
  }

  close(): Promise<void> {
    return this.suite.end();
  }
}

/** Starts the suite. */
export async function openRoutes(tool: Schemathesis): Promise<Routes> {
  return new Routes(tool, await startSuite(OPEN));
}

/** The fuzzer, fetched if need be, and the tests it makes: skipped where it cannot be had, unless in CI. */
export async function ifFound(test: typeof it) {
  const tool = await findSchemathesis(process.env, console.log).catch((error: Error) => {
    if (process.env.CI) throw error;
    console.warn(`Routes are not fuzzed here. ${error.message}`);
  });
  return { tool: tool ?? undefined, routesAnswer: (tool ? test : test.skip).each };
}
