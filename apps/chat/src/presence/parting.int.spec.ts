import type { Presence } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { PresenceService } from './presence.service.js';

describe.each(['sharded', 'classic'])('with the %s adapter, who shares no conversation any more', (SOCKET_ADAPTER) => {
  let world: ChatWorld;
  let ana: Chatter;
  let count = 0;

  beforeAll(async () => {
    world = await chatWorld(2, { SOCKET_ADAPTER });
    ana = await world.connect('ana', 1);
  });
  afterAll(() => world.close());

  const watches = ({ socket }: Chatter, userId: string) => socket.asks('presence_subscribe', { userId });
  const isOnline = (id: string) => (e: Presence) => e.userId === id && e.online;
  const online = ({ socket }: Chatter, id: string) => socket.all<Presence>('presence_update').filter(isOnline(id));
  const names = (...all: string[]) => all.map((name) => `${name}-${++count}`) as [string, string];

  /** Everybody's presence was told over the same ways, so a watched one who comes later is heard after the others. */
  async function heardSoFar(who: Chatter): Promise<void> {
    const [marker] = names('marker');
    await who.opens([marker]);
    await watches(who, marker);
    await world.connect(marker, 2);
    await who.socket.hears<Presence>('presence_update', isOnline(marker));
  }

  it('hears no more of who was removed, and who was removed no more of those who stay', async () => {
    const [ben, cleo] = names('ben', 'cleo');
    const [dan] = names('dan');
    const room = await ana.opens([ben, cleo, dan], { isGroup: true });
    const there = await world.connect(dan, 2);
    await Promise.all([watches(there, cleo), watches(ana, ben), watches(ana, cleo)]);
    for (const id of [ben, dan]) {
      expect((await ana.delete(`/conversations/${room._id}/participants/${id}`)).status).toBe(200);
    }
    await world.connect(ben, 1);
    await world.connect(cleo, 2);
    await ana.socket.hears<Presence>('presence_update', isOnline(cleo));
    await Promise.all([heardSoFar(ana), heardSoFar(there)]);
    expect([online(ana, ben), online(there, cleo)]).toEqual([[], []]);
    expect(await there.socket.answer('presence_subscribe', { userId: cleo })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
  });

  it('but goes on to hear of whom another conversation is shared with', async () => {
    const [ben, cleo] = names('ben', 'cleo');
    const room = await ana.opens([ben, cleo], { isGroup: true });
    await ana.opens([ben]);
    await watches(ana, ben);
    await ana.delete(`/conversations/${room._id}/participants/${ben}`);
    await ana.socket.hears('conversation_updated', (e) => e.conversationId === room._id);
    await world.connect(ben, 2);
    await ana.socket.hears<Presence>('presence_update', isOnline(ben));
  });

  it('hears no more after the next look, where the parting itself was missed', async () => {
    const [ben, cleo] = names('ben', 'cleo');
    await world.someone('ana', 2).opens([ben, cleo], { isGroup: true });
    await Promise.all([watches(ana, ben), watches(ana, cleo)]);
    // As a node does that was cut off when it happened.
    await world.db.collection('members').deleteMany({ userId: ben });
    await world.db
      .collection('conversations')
      .updateOne({ participantIds: ben }, { $pull: { participantIds: ben } as never });
    await world.apps[0]?.get(PresenceService).check();
    await Promise.all([world.connect(ben, 2), world.connect(cleo, 2)]);
    await ana.socket.hears<Presence>('presence_update', isOnline(cleo));
    await heardSoFar(ana);
    expect(online(ana, ben)).toEqual([]);
  });
});
