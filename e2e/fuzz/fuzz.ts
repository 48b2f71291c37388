import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Schemathesis } from '../../tools/schemathesis/install.ts';

/** One run: what a document says, held against what answers at an address. */
export interface Target {
  document: 'api-gateway' | 'chat' | 'media' | 'notification';
  url: string;
  /** The operations whose paths look like this, and none of those. */
  paths?: string;
  not?: string;
}

export interface Fuzzing {
  target: Target;
  settings: string;
  seed: number;
  examples: number;
}

/** What Schemathesis found; `report` is in its own words. */
export interface Found {
  good: boolean;
  report: string;
}

const LONGEST_MS = 20 * 60_000;

/** Runs Schemathesis with settings of its own, in a folder of its own. */
export async function fuzz(tool: Schemathesis, { target, settings, seed, examples }: Fuzzing): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-fuzz-'));
  try {
    const file = join(folder, 'schemathesis.toml');
    await writeFile(file, settings);
    const document = resolve(import.meta.dirname, '../../openapi', `${target.document}.json`);
    const args = ['--config-file', file, 'run', document, '--url', target.url, '--no-color'];
    if (target.paths) args.push('--include-path-regex', target.paths);
    if (target.not) args.push('--exclude-path-regex', target.not);
    const many = ['--seed', String(seed), '--max-examples', String(examples)];
    return await run(tool, [...args, ...many], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(tool: Schemathesis, args: readonly string[], cwd: string): Promise<Found> {
  const options = { cwd, env: { ...tool.env }, timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((done) => {
    execFile(tool.command, [...tool.args, ...args], options, (error, stdout, stderr) =>
      done({ good: !error, report: `${stdout}${stderr}` }),
    );
  });
}
