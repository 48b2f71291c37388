import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { parseArgs } from 'node:util';
import { openPlace, type Said } from './place.ts';
import { check, restore } from './restore.ts';
import { save } from './save.ts';

const HELP = `npm run backup -- --out FOLDER       saves the database and the files of media, while everything goes on
npm run restore -- --from FOLDER    brings them back, where no service runs, into an empty database
  --check         only reads the backup and holds it against its checksums
  --replace       also into a database that is not empty: what is in it is lost
  --connected     also while services are connected to this MongoDB, as they are another installation's
both:
  --uri URI       MongoDB (MONGODB_URI, when it is left out); without either, the one of the data folder
  --media FOLDER  the folder of the media service (MEDIA_DIR, when it is left out); --no-media leaves the files out
  --data .data    the data folder of npm run up`;

const options = {
  out: { type: 'string' },
  from: { type: 'string' },
  check: { type: 'boolean', default: false },
  replace: { type: 'boolean', default: false },
  connected: { type: 'boolean', default: false },
  uri: { type: 'string' },
  media: { type: 'string' },
  'no-media': { type: 'boolean', default: false },
  data: { type: 'string', default: '.data' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

function saidIn(values: Values): Said {
  if (existsSync('.env')) loadEnvFile('.env');
  return {
    uri: values.uri ?? (process.env.MONGODB_URI || undefined),
    media: values.media ?? (process.env.MEDIA_DIR || undefined),
    withMedia: !values['no-media'],
    dataDir: resolve(values.data),
  };
}

async function backedUp(out: string, said: Said): Promise<number> {
  if (existsSync(out)) throw new Error(`${out} is there already`);
  const place = await openPlace(said);
  try {
    const { collections, media, at, wrong } = await save(place, out);
    const sizes = collections.map(({ name, documents }) => `  ${name.padEnd(16)}${documents}`);
    console.log(
      [`Saved in ${out}, as it was at ${at}:`, ...sizes, `  files of media  ${media?.files ?? 'left out'}`].join('\n'),
    );
    if (wrong.length === 0) return 0;
    console.error(`Files of media that are missing or changed, and not saved: ${wrong.join(', ')}`);
    return 1;
  } finally {
    await place.close();
  }
}

async function restored(from: string, said: Said, values: Values): Promise<number> {
  if (values.check) {
    const { at, collections } = await check(from);
    console.log(`${from} is whole: ${collections.length} collections, as they were at ${at}`);
    return 0;
  }
  const place = await openPlace(said);
  try {
    const { at, collections } = await restore(place, from, values);
    const documents = collections.reduce((sum, one) => sum + one.documents, 0);
    console.log(
      `Restored ${documents} documents into ${place.db.databaseName}, as they were at ${at}, and read them back`,
    );
    if (place.emptyRedis) await place.emptyRedis();
    else console.log('Empty Redis before the services start: redis-cli FLUSHALL');
    return 0;
  } finally {
    await place.close();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [what, ...more] = positionals;
  if (!values.help && more.length === 0) {
    if (what === 'backup' && values.out) return backedUp(resolve(values.out), saidIn(values));
    if (what === 'restore' && values.from) return restored(resolve(values.from), saidIn(values), values);
  }
  console.log(HELP);
  return values.help ? 0 : 2;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
// The channel to the parent would keep us.
process.disconnect?.();
