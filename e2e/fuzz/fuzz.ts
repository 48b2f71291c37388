import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXAMPLES } from '../../libs/common/src/openapi/examples.ts';
import type { Schemathesis } from '../../tools/schemathesis/install.ts';
import { settingsOf } from './settings.ts';
import type { Target } from './targets.ts';
import type { World } from './world.ts';

export type Phase = 'examples' | 'coverage' | 'fuzzing' | 'stateful';

export interface Fuzzing {
  target: Target;
  world: World;
  /** Who asks. */
  token: string;
  phases: readonly Phase[];
  seed: number;
  examples: number;
}

/** What Schemathesis found; `report` is in its own words. */
export interface Found {
  good: boolean;
  report: string;
}

const DOCUMENTS = resolve(import.meta.dirname, '../../openapi');
const LONGEST_MS = 20 * 60_000;

/** Runs Schemathesis with settings of its own, in a folder of its own, as if the examples' ids were those of things that exist. */
export async function fuzz(tool: Schemathesis, fuzzing: Fuzzing): Promise<Found> {
  const { target, world, token, phases, seed, examples } = fuzzing;
  const folder = await mkdtemp(join(tmpdir(), 'parley-fuzz-'));
  try {
    const file = join(folder, 'schemathesis.toml');
    const document = join(folder, `${target.document}.json`);
    await writeFile(file, settingsOf(target, world, token));
    await writeFile(document, inThisWorld(await readFile(join(DOCUMENTS, `${target.document}.json`), 'utf8'), world));
    const args = ['--config-file', file, 'run', document, '--url', target.url, '--no-color'];
    args.push('--phases', phases.join());
    if (target.paths) args.push('--include-path-regex', target.paths);
    if (target.not) args.push('--exclude-path-regex', target.not);
    const many = ['--seed', String(seed), '--max-examples', String(examples)];
    return await run(tool, [...args, ...many], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function inThisWorld(document: string, { ids }: World): string {
  return document
    .replaceAll(EXAMPLES.conversation, ids.conversations[0] ?? '')
    .replaceAll(EXAMPLES.message, ids.messages[0] ?? '')
    .replaceAll(EXAMPLES.media, ids.files[0] ?? '')
    .replaceAll(EXAMPLES.account, ids.people[0] ?? '');
}

function run(tool: Schemathesis, args: readonly string[], cwd: string): Promise<Found> {
  const options = { cwd, env: { ...tool.env }, timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((done) => {
    execFile(tool.command, [...tool.args, ...args], options, (error, stdout, stderr) =>
      done({ good: !error, report: `${stdout}${stderr}` }),
    );
  });
}
