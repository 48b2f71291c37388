import { chatWorld } from './chat.world.suite.js';

it('a node that stops answers what it has heard and writes its heads', async () => {
  const world = await chatWorld(2);
  const ana = await world.connect('ana', 1);
  const ben = await world.connect('ben', 2);
  const { _id } = await ana.opens(['ben']);
  const gone = new Promise((resolve) => ana.socket.socket.once('disconnect', resolve));
  const sends = Promise.all(Array.from({ length: 50 }, (_, n) => ana.sends(_id, `${n}`, `l-${n}`)));
  await ana.socket.hears('message_new');
  await world.stop(1);
  await gone;
  expect(await sends).toHaveLength(50);
  const { data } = (await ben.get<{ lastMessage: { seq: number } }[]>('/conversations')).body;
  expect(data[0]?.lastMessage.seq).toBe(50);
  await world.close();
});
