import type { NestExpressApplication } from '@nestjs/platform-express';
import { LOCAL_ID_INDEX } from '@app/common/schemas/message.schema.js';
import { check } from '@app/testing/checker/checker.js';
import type { Send } from '@app/testing/checker/history.js';
import { talk } from '@app/testing/checker/load.js';
import { readBack } from '@app/testing/checker/read-back.js';
import type { Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { LaneForwarder } from '../lanes/lane.forwarder.js';
import { Lanes } from '../lanes/lanes.js';
import { everyNodeKnowsTheOthers } from '../lanes/owners.suite.js';
import { MessageRepository } from '../messages/message.repository.js';

/** A bug put into a world of two nodes, whose people then talk; what the checker says of it. */
interface Planted {
  name: string;
  finds: RegExp;
  plant: (world: ChatWorld) => unknown;
}

const LOAD_MS = 1200;
const SLOW_MS = 60_000;

const repositories = ({ apps }: ChatWorld) => apps.map((app) => app.get(MessageRepository));

const BUGS: Planted[] = [
  {
    name: 'acks before the insert, and a node that dies before it',
    finds: /^G1 .* is lost$/,
    plant: (world) => {
      for (const messages of repositories(world)) {
        const insert = messages.insert.bind(messages);
        let flights = 0;
        messages.insert = (batch, ordered) =>
          ++flights % 3 === 0 ? Promise.resolve(batch.map(() => 'kept')) : insert(batch, ordered);
      }
    },
  },
  {
    name: 'no unique index of the places',
    finds: /^G4 2 messages were seen at/,
    plant: async (world) => {
      // Nodes that hear each other late, as they do under load, take the same place.
      for (const app of world.apps) app.get(Lanes).raise = () => undefined;
      await world.db.collection('messages').dropIndex('conversation_seq');
    },
  },
  {
    name: 'no unique index of what senders call their messages',
    finds: /^G3 .* is kept \d+ times$/,
    plant: (world) => world.db.collection('messages').dropIndex(LOCAL_ID_INDEX),
  },
  {
    name: 'order by the clock, of which one is slow',
    finds: /^G4 (history gives \d+ where|\d+ is not later than)/,
    plant: (world) => {
      const [first, slow] = repositories(world) as [MessageRepository, MessageRepository];
      const insert = slow.insert.bind(slow);
      slow.insert = (batch, ordered) => insert(batch.map(slowly), ordered);
      const page = first.page.bind(first);
      first.page = async (...asked) =>
        (await page(...asked)).toSorted((one, other) => +other.createdAt - +one.createdAt);
    },
  },
];

const slowly = <T extends { createdAt: Date }>(message: T): T => ({
  ...message,
  createdAt: new Date(message.createdAt.getTime() - SLOW_MS),
});

let world: ChatWorld;
beforeEach(async () => {
  world = await chatWorld(2);
  await everyNodeKnowsTheOthers(world);
});
afterEach(() => world.close());

/** Two people of each of three conversations talk, each on a node of their own. */
async function verdict(): Promise<string[]> {
  const conversations = await Promise.all(
    [0, 1, 2].map(async (n) => (await world.someone(`a${n}`).opens([`b${n}`]))._id),
  );
  const talkers = conversations.flatMap((conversationId, n) =>
    ['a', 'b'].map((side, node) => ({ userId: `${side}${n}`, node, conversationId })),
  );
  const { sends, heard } = await talk({ urls: world.urls, talkers, forMs: LOAD_MS, seed: 7 });
  for (const { conversationId } of talkers) sends.push(await repeated(sends, conversationId));
  const kept = await Promise.all(
    conversations.map((id, n) => readBack(world.urls[0] as string, id, { userId: `a${n}` })),
  );
  const found = check({ sends, heard, kept: kept.flat(), shown: [] });
  return found.map(({ guarantee, what }) => `${guarantee} ${what}`);
}

it('where no bug is planted, the checker finds nothing', async () => {
  expect(await verdict()).toEqual([]);
});

/** The last message that somebody has a name for is sent again, as by a client that lost the answer. */
async function repeated(sends: readonly Send[], conversationId: string): Promise<Send> {
  const last = sends.findLast((send) => send.conversationId === conversationId && send.localId && send.messageId);
  if (!last) throw new Error('nobody has sent anything');
  const { senderId, text, localId } = last;
  const startedAt = performance.now();
  const path = `/conversations/${conversationId}/messages`;
  const { status, body } = await world.someone(senderId).post<Message>(path, { text, localId });
  const { _id: messageId, seq } = body.data;
  const outcome = status < 300 ? 'acked' : 'unknown';
  return { ...last, session: 'again', startedAt, endedAt: performance.now(), outcome, messageId, seq };
}

describe('of a planted bug the checker says what it breaks:', () => {
  it.each(BUGS)('$name', async ({ plant, finds }) => {
    await plant(world);
    expect(await verdict()).toContainEqual(expect.stringMatching(finds));
  });

  it('an old list of members that is trusted', async () => {
    const ana = world.someone('ana');
    const ben = await world.connect('ben', 2);
    const { _id: roomId } = await ana.opens(['ben'], { isGroup: true });
    await ben.sends(roomId, 'I am here');
    trustsWhatItKnew(world.apps[1] as NestExpressApplication);
    // Both are refused as retryable while the machine is busy.
    while ((await ana.delete(`/conversations/${roomId}/participants/ben`)).status !== 200);
    const words = { conversationId: roomId, text: 'still here', localId: 'still here' };
    while (!(await ben.socket.answer('message_send', words)).ok);
    const kept = await readBack(world.urls[0] as string, roomId, { userId: 'ana' });
    const found = check({ sends: [], heard: [], shown: [], kept });
    expect(found).toContainEqual({ guarantee: 'G13', conversationId: roomId, what: 'ben wrote 3, but had left' });
  });
});

/** Every reading of a conversation says what the first one said of its members. */
function trustsWhatItKnew(app: NestExpressApplication): void {
  const conversations = app.get(ConversationRepository);
  const find = conversations.find.bind(conversations);
  conversations.find = async (id) => {
    const found = await find(id);
    return found && { ...found, participantIds: ['ana', 'ben'], participantCount: 2, membershipSeq: 0 };
  };
}

describe('a head that is not raised', () => {
  /** Two people on two nodes take turns; how many places were lost to the other node. */
  async function turns(): Promise<number> {
    const [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
    const { _id: roomId } = await ana.opens(['ben']);
    for (let n = 0; n < 20; n++) {
      const [who, other] = n % 2 ? [ana, ben] : [ben, ana];
      const { _id } = await who.sends(roomId, `turn ${n}`);
      await other.socket.hears<{ message: { _id: string } }>('message_new', ({ message }) => message._id === _id);
    }
    return world.apps.reduce((sum, app) => sum + app.get(LaneForwarder).counts.clashes.total, 0);
  }

  it('costs a clash a turn; one that is raised, none', async () => {
    expect(await turns()).toBeLessThanOrEqual(2);
    for (const app of world.apps) {
      app.get(Lanes).raise = () => undefined;
      app.get(LaneForwarder).takes = () => false;
    }
    expect(await turns()).toBeGreaterThan(15);
  });
});
