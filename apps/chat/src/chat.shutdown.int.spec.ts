import { chatWorld } from './chat.world.suite.js';

it('a node that stops answers what it has heard, writes its heads, and cuts its sockets so that clients come back', async () => {
  const world = await chatWorld(2);
  const ana = await world.connect('ana', 1);
  const ben = await world.connect('ben', 2);
  const { _id } = await ana.opens(['ben']);
  const gone = new Promise((resolve) => ana.socket.socket.once('disconnect', resolve));
  const sends = Promise.all(Array.from({ length: 50 }, (_, n) => ana.sends(_id, `${n}`, `l-${n}`)));
  await ana.socket.hears('message_new');
  await world.stop(1);
  expect(await gone).toBe('transport close');
  expect(await sends).toHaveLength(50);
  const { data } = (await ben.get<{ lastMessage: { seq: number } }[]>('/conversations')).body;
  expect(data[0]?.lastMessage.seq).toBe(50);
  await world.close();
});

it('a node stops within seconds though Redis hangs, and its people are told to go elsewhere', async () => {
  const world = await chatWorld(2);
  const ana = await world.connect('ana', 1);
  const { _id } = await ana.opens(['ben']);
  const gone = new Promise((resolve) => ana.socket.socket.once('disconnect', resolve));
  world.redis.freeze();
  try {
    await ana.sends(_id, 'into the cold');
    const began = performance.now();
    await world.stop(1);
    expect(performance.now() - began).toBeLessThan(10_000);
    await gone;
    const { data } = (await world.someone('ana', 2).get<{ lastMessage: { seq: number } }[]>('/conversations')).body;
    expect(data[0]?.lastMessage.seq).toBe(1);
  } finally {
    await world.close();
  }
});
