import type { Message } from '@app/contracts/shapes.js';
import { OutOfPatience } from '@app/common/mongo/patience.js';
import { MessageRepository } from '../messages/message.repository.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;

beforeAll(async () => {
  world = await chatWorld(2);
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
  roomId = (await ana.opens(['ben']))._id;
  await ana.sends(roomId, 'before');
});
afterAll(() => world.close());

/** The next message that node 1 keeps gets no answer. */
function keepWithoutAnswer(error: Error): void {
  const messages = world.apps[0]?.get(MessageRepository) as MessageRepository;
  const insert = messages.insert.bind(messages);
  messages.insert = async (batch, ordered) => {
    messages.insert = insert;
    await insert(batch, ordered);
    throw error;
  };
}

const heard = (text: string) =>
  ben.socket.all<{ message: Message }>('message_new').filter(({ message }) => message.text === text);
const hears = (text: string) =>
  ben.socket.hears<{ message: Message }>('message_new', ({ message }) => message.text === text);

describe('a message that was kept without an answer', () => {
  it('is told, and shown in lists, when it is found at once', async () => {
    keepWithoutAnswer(new Error('something else'));
    const sent = await ana.sends(roomId, 'found', 'u-1');
    expect((await hears('found')).message._id).toBe(sent._id);
    await world.headsOf(1);
    expect((await ben.get('/conversations')).body.data).toMatchObject([{ lastMessage: { _id: sent._id } }]);
  });

  it('is told though nobody sends it again', async () => {
    keepWithoutAnswer(new OutOfPatience('late'));
    expect(await ana.socket.answer('message_send', { conversationId: roomId, text: 'given up' })).toMatchObject({
      error: { code: 'UNAVAILABLE' },
    });
    await hears('given up');
  });

  it('is told once, whoever asks for it again', async () => {
    keepWithoutAnswer(new OutOfPatience('late'));
    const ask = { conversationId: roomId, text: 'once', localId: 'u-2' };
    expect(await ana.socket.answer('message_send', ask)).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    const elsewhere = await world.connect('ana', 2);
    const again = await elsewhere.sends(roomId, 'once', 'u-2');
    expect(await ana.sends(roomId, 'once', 'u-2')).toMatchObject({ _id: again._id });
    await hears('once');
    // Whatever was lost before it is told by now.
    keepWithoutAnswer(new OutOfPatience('late'));
    await ana.socket.answer('message_send', { conversationId: roomId, text: 'the next' });
    await hears('the next');
    expect(heard('once')).toHaveLength(1);
  });
});
