// npm run gen: writes what the code says about itself. --check compares instead; --built trusts what is compiled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUILD, whileNobodyCompiles } from './apps.ts';
import { staleOf, write } from './document.ts';
import { documentsOf } from './documents.ts';

const root = join(import.meta.dirname, '../..');
const { values: flags } = parseArgs({ options: { check: { type: 'boolean' }, built: { type: 'boolean' } } });

async function compile(): Promise<void> {
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const [code] = (await once(spawn(process.execPath, [nest, ...BUILD], { cwd: root, stdio: 'inherit' }), 'exit')) as [
    number | null,
  ];
  if (code !== 0) throw new Error('It does not compile.');
}

async function generate(): Promise<boolean> {
  const documents = await documentsOf(root);
  const stale = staleOf(documents, root);
  if (flags.check) {
    stale.forEach((path) => console.error(`${path} is stale; run npm run gen`));
    return stale.length === 0;
  }
  write(documents, root);
  console.log(stale.length > 0 ? `wrote ${stale.join(', ')}` : 'everything was fresh');
  return true;
}

const work = flags.built ? generate() : whileNobodyCompiles(root, () => compile().then(generate));
const good = await work.catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
// Modules of the apps may hold timers open; nothing of them is needed any more.
process.exit(good ? 0 : 1);
