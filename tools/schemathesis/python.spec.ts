import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from './python.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-python-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A command that says this when it is asked for its version. */
async function python(name: string, says: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "${says}"\n`);
  await chmod(path, 0o755);
  return path;
}

it('takes the first Python that is new enough', async () => {
  const commands = [join(folder, 'none'), await python('old', 'Python 3.9.2'), await python('new', 'Python 3.13.1')];
  expect(await findPython(process.env, commands)).toEqual({ command: commands[2], version: '3.13' });
});

it('says what it has tried, and what to do', async () => {
  const commands = [join(folder, 'none'), await python('two', 'Python 2.7.18'), await python('old', 'Python 3.10.4')];
  const tried = findPython(process.env, commands);
  await expect(tried).rejects.toThrow('No Python 3.11 or newer was found');
  await expect(tried).rejects.toThrow('old: it is Python 3.10');
  await expect(tried).rejects.toThrow('none: ');
  await expect(tried).rejects.toThrow('apt-get install python3');
});
