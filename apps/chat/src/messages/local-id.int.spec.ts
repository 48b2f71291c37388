import { Types } from 'mongoose';
import { LOCAL_ID_INDEX, OLD_LOCAL_ID_INDEX } from '@app/common/schemas/message.schema.js';
import type { Message } from '@app/contracts/shapes.js';
import { ChatModule } from '../chat.module.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

let world: ChatWorld;
let ana: Chatter;

beforeAll(async () => {
  world = await chatWorld(1);
  ana = await world.connect('ana');
});
afterAll(() => world.close());

const kept = (field: string) => world.db.collection('messages').countDocuments({ [field]: { $type: 'null' } });

describe('a field that is null is a field that is left out', () => {
  it('so two messages without a localId are two, over the socket and REST', async () => {
    const { _id: conversationId } = await ana.opens(['ben']);
    const ask = (text: string) => ({ text, localId: null, attachments: null });
    const says = (text: string) => ana.socket.asks<Message>('message_send', { conversationId, ...ask(text) });
    const posts = (text: string) => ana.post<Message>(`/conversations/${conversationId}/messages`, ask(text));
    const answers = [
      await says('one'),
      await says('two'),
      (await posts('three')).body.data,
      (await posts('4')).body.data,
    ];
    expect(answers.map(({ text }) => text)).toEqual(['one', 'two', 'three', '4']);
    expect(answers.every((message) => !('localId' in message))).toBe(true);
    const { data } = (await ana.get<Message[]>(`/conversations/${conversationId}/messages`)).body;
    expect(data.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
    expect(await kept('localId')).toBe(0);
  });

  it('so a refused message is not answered with another one', async () => {
    const { _id: conversationId } = await ana.opens(['bea']);
    await ana.sends(conversationId, 'no name of its own');
    const answer = await ana.socket.answer('message_send', { conversationId, text: ' ', localId: null });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
  });

  it('so a direct conversation may be about an object later, and a group has no name', async () => {
    expect(await ana.opens(['cem'], { propertyId: null })).not.toHaveProperty('propertyId');
    expect(await ana.opens(['cem'], { propertyId: 'p1' })).toHaveProperty('propertyId', 'p1');
    const group = await ana.opens(['x', 'y'], { isGroup: null, name: null });
    expect(group).toMatchObject({ isGroup: true });
    expect(group).not.toHaveProperty('name');
  });
});

describe('what an earlier version kept', () => {
  it('is an index that holds null, which a start replaces', async () => {
    const messages = world.db.collection('messages');
    const senderId = 'dan';
    await messages.createIndex(
      { senderId: 1, localId: 1 },
      { unique: true, name: OLD_LOCAL_ID_INDEX, partialFilterExpression: { localId: { $exists: true } } },
    );
    const row = (seq: number) => ({ conversationId: new Types.ObjectId(), seq, senderId, localId: null });
    await messages.insertOne(row(1));
    await expect(messages.insertOne(row(2))).rejects.toThrow(OLD_LOCAL_ID_INDEX);
    await world.apps[0]?.get(ChatModule).onModuleInit();
    await messages.insertOne(row(2));
    expect((await messages.indexes()).map(({ name }) => name)).toContain(LOCAL_ID_INDEX);
  });

  it('is an object of null, which a conversation may still be about another later', async () => {
    const { _id } = await ana.opens(['eve']);
    const conversations = world.db.collection('conversations');
    await conversations.updateOne({ _id: new Types.ObjectId(_id) }, { $set: { propertyId: null } });
    expect(await ana.opens(['eve'])).not.toHaveProperty('propertyId');
    expect(await ana.opens(['eve'], { propertyId: 'p2' })).toHaveProperty('propertyId', 'p2');
  });
});
