import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether nobody listens on this port of this machine, on any address. */
export async function isFree(port: number): Promise<boolean> {
  // Somebody may hold the port on one address only; `::` alone would not notice on every system.
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));
}

/** The wished port, or the next one nobody has. */
export async function freeFrom(wished: number): Promise<number> {
  for (let port = wished; port < wished + 200; port++) if (await isFree(port)) return port;
  throw new Error(`No free port between ${wished} and ${wished + 200}`);
}

/** Some free port, as the system picks it. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Several free ports, no two alike. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done, failed) => {
          server.once('error', failed);
          server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Sends a line and gives what comes back; undefined when nobody answers. */
export function ask(port: number, line: string): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const end = (answer?: string): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => (line ? socket.write(line) : end('')));
    socket.once('data', (data) => end(data.toString()));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
  });
}

/** Asks until the answer is true; throws what `failed` says as soon as it says something. */
export async function until(ready: () => Promise<boolean>, failed: Promise<string>, patienceMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  let problem: string | undefined;
  void failed.then((text) => (problem = text));
  while (!(await ready())) {
    if (problem !== undefined) throw new Error(problem);
    if (Date.now() > end) throw new Error(`not ready after ${Math.round(patienceMs / 1000)} s`);
    await sleep(30);
  }
}

/** What the promise gives, unless that takes longer than a second. */
export function soon(promise: Promise<string>): Promise<string | undefined> {
  return Promise.race([promise, sleep(1_000, undefined, { ref: false })]);
}
