import { Types } from 'mongoose';
import type { Conversation } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

let world: ChatWorld;
beforeAll(async () => {
  world = await chatWorld(2);
});
afterAll(() => world.close());

const leave = (who: Chatter, room: string) => who.delete(`/conversations/${room}/participants/${who.id}`);
const add = (who: Chatter, room: string, userId: string) =>
  who.post(`/conversations/${room}/participants`, { participantIds: [userId] });
const remove = (who: Chatter, room: string, userId: string) =>
  who.delete(`/conversations/${room}/participants/${userId}`);

describe('an owner who leaves', () => {
  it('leaves the group to whoever has been there longest, on every node', async () => {
    const [ana, ben, cleo] = [world.someone('ana', 1), world.someone('ben', 2), world.someone('cleo', 1)];
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    await add(ana, _id, 'cleo');
    expect(await add(ben, _id, 'dan')).toMatchObject({ status: 403 });
    expect(await leave(ana, _id)).toMatchObject({ status: 200 });
    const { body } = await cleo.get<{ id: string; role: string }[]>(`/conversations/${_id}/participants`);
    expect(body.data.map(({ id, role }) => [id, role])).toEqual([
      ['ben', 'owner'],
      ['cleo', 'member'],
    ]);
    expect(await add(cleo, _id, 'dan')).toMatchObject({ status: 403 });
    expect(await add(ben, _id, 'dan')).toMatchObject({ status: 200 });
    expect(await remove(ben, _id, 'cleo')).toMatchObject({ status: 200 });
  });

  it('is a member like any other when they come back', async () => {
    const [ana, ben] = [world.someone('ana', 1), world.someone('ben', 2)];
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    await leave(ana, _id);
    await add(ben, _id, 'ana');
    expect(await remove(ana, _id, 'ben')).toMatchObject({ status: 403 });
    expect(await leave(ben, _id)).toMatchObject({ status: 200 });
    expect(await add(ana, _id, 'ben')).toMatchObject({ status: 200 });
  });

  it('may be the last', async () => {
    const [ana, ben] = [world.someone('ana', 1), world.someone('ben', 2)];
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    await leave(ben, _id);
    expect(await leave(ana, _id)).toMatchObject({ status: 200 });
    expect(await ana.get(`/conversations/${_id}`)).toMatchObject({ status: 403 });
  });
});

describe('a group that shrinks from 51 people to 50', () => {
  const times = async (who: Chatter, room: string) =>
    (await who.get<Conversation[]>('/conversations')).body.data.filter(({ _id }) => _id === room).length;
  const marked = (room: string) =>
    world.db.collection('members').countDocuments({ conversationId: new Types.ObjectId(room), large: true });

  it('lists its people again, and is in their lists once', async () => {
    const ana = world.someone('ana', 1);
    const { _id } = await ana.opens(
      Array.from({ length: 50 }, (_, n) => `p${n}`),
      { isGroup: true },
    );
    expect([await times(ana, _id), await marked(_id)]).toEqual([1, 51]);
    const p1 = world.someone('p1', 2);
    await remove(ana, _id, 'p0');
    expect([await times(ana, _id), await times(p1, _id), await marked(_id)]).toEqual([1, 1, 0]);
    expect((await p1.get<Conversation>(`/conversations/${_id}`)).body.data.participantIds).toHaveLength(50);
  });

  it('is in them once even where an earlier version left it marked as large', async () => {
    const ana = world.someone('ana', 1);
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    await world.db
      .collection('members')
      .updateMany({ conversationId: new Types.ObjectId(_id) }, { $set: { large: true } });
    expect(await times(ana, _id)).toBe(1);
  });
});
