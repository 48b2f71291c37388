import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopSignals } from '../up/stop-signals.ts';
import { startNode } from './start.ts';

const HELP = `npm run start:prod -- [options]     one chat node in the foreground (start:dev: built and restarted as you edit)
  --port 3005     its port
  --data .data    the folder of a running up, whose engines and secret it shares; without one, the settings decide`;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    data: { type: 'string', default: '.data' },
    watch: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const root = resolve(import.meta.dirname, '../..');
  const options = { root, dataDir: resolve(root, values.data), port: values.port, watch: values.watch };
  process.exit(await startNode({ ...options, ...stopSignals() }));
}
