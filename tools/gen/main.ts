// npm run gen: writes what the code says about itself. --check compares instead; --built trusts the dist that is there.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { staleOf, write } from './document.ts';
import { documentsOf } from './documents.ts';

const root = join(import.meta.dirname, '../..');
const { values: flags } = parseArgs({ options: { check: { type: 'boolean' }, built: { type: 'boolean' } } });

function build(): void {
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build', '--all'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}

async function generate(): Promise<boolean> {
  if (!flags.built) build();
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

const good = await generate().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
// Modules of the apps may hold timers open; nothing of them is needed any more.
process.exit(good ? 0 : 1);
