import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from './suite.js';

const root = join(import.meta.dirname, '..');

/** Runs a program until its output holds all of `words`, and ends it; the output it had by then when it ends first. */
async function outputUntil(file: string, words: string[]): Promise<string> {
  const child = spawn(process.execPath, [file], { env: { ...process.env, PARLEY_URL: suite().gateway } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (words.every((word) => output.includes(word))) child.kill();
    });
  }
  await once(child, 'exit', { signal: AbortSignal.timeout(20_000) }).finally(() => child.kill());
  return output;
}

async function register(username: string): Promise<void> {
  const response = await fetch(`${suite().gateway}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username,
      password: `${username}-demo-1`,
      name: username.charAt(0).toUpperCase() + username.slice(1),
    }),
  });
  // 409: another test has done it.
  if (response.status !== 201 && response.status !== 409) throw new Error(`register answered ${response.status}`);
}

describe('the README', () => {
  it('has a first chat that works as it stands', async () => {
    await Promise.all(['ana', 'ben'].map(register));
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const sample = /```js\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
    expect(sample.trim().split('\n')).toHaveLength(10);
    // Beside the node_modules that the reader has, too.
    const file = join(root, `.first-chat-${process.pid}.mjs`);
    await writeFile(file, sample);
    try {
      const expected = ['Ana: Hello Ben!', 'ok: true', "text: 'Hello Ben!'"];
      const output = await outputUntil(file, expected);
      for (const words of expected) expect(output).toContain(words);
    } finally {
      await rm(file);
    }
  });

  it('logs in, renews and ends a session with curl only, as it stands', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const sample = /```bash\n(url=[\s\S]+?)```/.exec(readme)?.[1] ?? '';
    const env = { ...process.env, PARLEY_URL: suite().gateway };
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', sample], { env });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string });
    const said = ['Welcome', 'OK', 'OK', 'Logged out', 'This session has ended; log in again.'];
    expect(answers.map(({ message }) => message)).toEqual(said);
  });

  it('names only files that exist', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link]) => link as string)
      .filter((link) => !link.includes('://'));
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) await expect(readFile(join(root, link), 'utf8')).resolves.toBeTruthy();
  });
});
