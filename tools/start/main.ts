import { resolve } from 'node:path';
import { readOptions, readPort } from '../up/options.ts';
import { stopSignals } from '../up/stop-signals.ts';
import { startNode } from './start.ts';

const HELP = `npm run start:prod -- [options]     one chat node in the foreground (start:dev: built and restarted as you edit)
  --port 3005     its port
  --data .data    the folder of a running up, whose engines and secret it shares; without one, the settings decide`;

const values = readOptions(
  {
    port: { type: 'string' },
    data: { type: 'string', default: '.data' },
    watch: { type: 'boolean', default: false },
  },
  HELP,
);

const root = resolve(import.meta.dirname, '../..');
const port = values.port === undefined ? undefined : String(readPort(values.port, HELP));
const options = { root, dataDir: resolve(root, values.data), port, watch: values.watch };
process.exit(await startNode({ ...options, ...stopSignals() }));
