import { join, resolve } from 'node:path';
import { freePort, until } from '../../tools/engines/port.ts';
import { launch, type Running } from '../../tools/engines/process.ts';
import { entryOf } from '../../tools/up/build/build.ts';
import { suite } from '../suite.ts';

/** One more process of an app, on the engines of the shared suite. */
export interface StartedApp {
  name: string;
  url: string;
  pid: number;
  /** `kill -9`; resolves when it is dead. */
  kill(): Promise<void>;
}

/** Starts it and waits until it is ready; it ends with the test, should `kill` never be called. */
export async function startApp(app: string, name: string, more: Record<string, string> = {}): Promise<StartedApp> {
  const { mongoUri, redis, jwtSecret, logs } = suite();
  const root = resolve(import.meta.dirname, '../..');
  const port = await freePort();
  const env = {
    NODE_ENV: 'test',
    PORT: String(port),
    NODE_NAME: name,
    MONGODB_URI: mongoUri,
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    JWT_SECRET: jwtSecret,
    ...more,
  };
  const logFile = join(logs, `${name}.log`);
  const args = ['--enable-source-maps', entryOf(root, app)];
  const running: Running = await launch({ command: process.execPath, args, env, cwd: logs, logFile, leash: true });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, running.exited, 60_000);
  return { name, url, pid: running.pid, kill: () => running.stop(0) };
}
