import { resolve } from 'node:path';
import { readOptions, readPort } from './options.ts';
import { stopSignals } from './stop-signals.ts';
import { portsFrom } from './suite/apps.ts';
import { up } from './up.ts';

const HELP = `npm run up -- [options]
  --port 3000       the gateway's port; the others follow (+5 and +15 chat, +6 notification, +7 media)
  --host 127.0.0.1  where the gateway listens; 0.0.0.0 lets your network in (HOST, when it is left out)
  --data .data      the folder of data, logs and up.json
  --watch           build and restart what is edited (npm run dev)`;

const values = readOptions(
  {
    port: { type: 'string', default: '3000' },
    host: { type: 'string' },
    data: { type: 'string', default: '.data' },
    watch: { type: 'boolean', default: false },
  },
  HELP,
);

const root = resolve(import.meta.dirname, '../..');
const ports = portsFrom(readPort(values.port, HELP));
const place = { root, dataDir: resolve(root, values.data), ports, host: values.host };
process.exit(await up({ ...place, watch: values.watch, log: console.log, ...stopSignals() }));
