import { connect } from 'node:net';
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';
import { keep } from './cache.ts';
import { firstLine, type Env, type Step } from '../engine.ts';

const VERSIONS = ['8.0.21', '7.0.32'];
const PATIENCE_MS = 3_000;

/** Step 4: MongoDB's own download, through mongodb-memory-server-core. */
export const downloaded: Step = async (engine, env, log) => {
  // The downloader itself retries for long; a host that cannot be reached is told at once.
  await reach(downloadHost(env));
  const complaints: string[] = [];
  for (const version of VERSIONS) {
    try {
      log(`Downloading MongoDB ${version} (once, about 100 MB)`);
      return await keep(engine, env, (folder) => download(version, folder));
    } catch (error) {
      complaints.push(`${version}: ${firstLine((error as Error).message)}`);
    }
  }
  throw new Error(complaints.join('; '));
};

function download(version: string, downloadDir: string): Promise<string> {
  // Without it the downloader does not verify the server's certificate.
  process.env.npm_config_strict_ssl = 'true';
  return MongoBinary.getPath({ version, downloadDir });
}

/** The first host the download talks to: a proxy, a mirror, or MongoDB's own. */
export function downloadHost(env: Env): URL {
  const proxy = env.https_proxy ?? env.http_proxy ?? env.HTTPS_PROXY ?? env.HTTP_PROXY;
  return new URL(proxy || env.MONGOMS_DOWNLOAD_URL || env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org');
}

function reach(url: URL): Promise<void> {
  const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443));
  return new Promise((done, failed) => {
    const socket = connect({ host: url.hostname, port, timeout: PATIENCE_MS });
    const end = (problem?: string): void => {
      socket.destroy();
      if (problem) failed(new Error(`${url.hostname} cannot be reached (${problem})`));
      else done();
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`no answer in ${PATIENCE_MS / 1000} s`));
    socket.once('error', (error) => end(error.message));
  });
}
