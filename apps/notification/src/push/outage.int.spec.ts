import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { keys } from '@app/common/redis/keys.js';
import { messageCreated, notificationWorld, type World } from '../world.suite.js';
import { isDatabaseAway } from './attempt.repository.js';

/** A way to MongoDB that can be blocked. */
async function wayTo(target: URL) {
  const sockets = new Set<Socket>();
  let blocked = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port || 27017), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('close', () => sockets.delete(one)).on('error', () => other.destroy());
      one.pipe(other);
    }
    if (blocked) near.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const uri = new URL(target);
  uri.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  uri.search = '?directConnection=true';
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    uri: uri.href,
    block: () => {
      blocked = true;
      cut();
    },
    open: () => (blocked = false),
    close: () => {
      cut();
      server.close();
    },
  };
}

let world: World;
let way: Awaited<ReturnType<typeof wayTo>>;

beforeAll(async () => {
  world = await notificationWorld();
  way = await wayTo(new URL(world.uri));
});
afterAll(async () => {
  await world.end();
  way.close();
});

describe('while MongoDB is away', () => {
  it('messages wait, and are pushed when it is back', async () => {
    await world.boot({}, { FCM_EMULATOR_HOST: world.fcm.host, MONGODB_URI: way.uri });
    await world.registers('ben', 'phone');
    way.block();
    const waits = world.logged('events wait for the outage to end');
    const id = await world.publish(messageCreated());
    await waits;
    way.open();
    await world.pushOf(id);
    await world.attempt(id, 'accepted');
    expect(await world.client.exists(keys.deadLetters('message.created', 'notification'))).toBe(0);
  });

  it('a bug is no outage', () => {
    expect([new TypeError('x is undefined'), new Error('ServerSelection'), undefined].some(isDatabaseAway)).toBe(false);
  });
});
