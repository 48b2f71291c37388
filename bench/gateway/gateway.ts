import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, until } from '../../tools/engines/port.ts';
import { launch, type Running } from '../../tools/engines/process.ts';
import type { Nodes } from '../../tools/test/nodes.ts';
import { entryOf } from '../../tools/up/build/build.ts';

const MANY = '100000000';

/** A gateway in front of these nodes, without limits that a measurement would meet; ends with this process. */
export async function startGateway(cluster: Nodes): Promise<{ url: string; running: Running }> {
  const port = await freePort();
  const env = {
    NODE_ENV: 'test',
    PORT: String(port),
    MONGODB_URI: cluster.mongoUri,
    REDIS_URL: cluster.engines.redis.url,
    JWT_SECRET: cluster.secret,
    CHAT_URLS: cluster.nodes.map(({ url }) => url).join(),
    PERSON_RATE_LIMIT: MANY,
    ADDRESS_RATE_LIMIT: MANY,
  };
  const running = await launch({
    command: process.execPath,
    args: ['--enable-source-maps', entryOf(resolve(import.meta.dirname, '../..'), 'api-gateway')],
    env,
    cwd: tmpdir(),
    logFile: join(tmpdir(), `parley-bench-gateway-${process.pid}.log`),
    leash: true,
  });
  const url = `http://127.0.0.1:${port}`;
  const ready = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(ready, running.exited, 60_000);
  return { url, running };
}
