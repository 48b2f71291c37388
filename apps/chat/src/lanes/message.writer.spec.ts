import { Metrics } from '@app/common/metrics/metrics.js';
import type { KeptConversation } from '../conversations/conversation.rules.js';
import type { MembershipWriter } from '../membership/membership.writer.js';
import type { Inserted } from '../messages/insert.rules.js';
import type { MessageRepository } from '../messages/message.repository.js';
import type { Draft, KeptMessage } from '../messages/message.rules.js';
import type { KeptBefore } from './kept-before.js';
import { Lane } from './lane.js';
import type { LaneForwarder } from './lane.forwarder.js';
import type { Lanes } from './lanes.js';
import { MessageWriter } from './message.writer.js';
import type { Unsettled } from './unsettled.js';

const draft: Draft = { conversationId: 'c', senderId: 'ana', text: 'hello', attachments: [] };

/** A writer whose first flight finds its place taken; what it has heard by then is up to the test. */
function clashing(heard: (lane: Lane) => void) {
  const conversation = { membershipSeq: 3 } as KeptConversation;
  const facts = { conversation, members: new Set(['ana']), head: { seq: 10, at: 0 } };
  const lane = new Lane('c', facts);
  let read = 0;
  const lanes = {
    renew: () => (read++, lane.renew({ ...facts, head: { seq: 12, at: 0 } }, lane.doubts), Promise.resolve()),
  } as unknown as Lanes;
  const insert = (batch: KeptMessage[]): Promise<Inserted[]> => {
    const isFirst = batch[0]?.seq === 11;
    if (isFirst) heard(lane);
    return Promise.resolve([isFirst ? 'seq-taken' : 'kept']);
  };
  const messages = { newId: () => 'm', insert } as unknown as MessageRepository;
  const forwarder = { start: () => undefined, clash: () => undefined, takes: () => false } as unknown as LaneForwarder;
  const writer = new MessageWriter(
    lanes,
    messages,
    {} as MembershipWriter,
    {} as KeptBefore,
    forwarder,
    {} as Unsettled,
    new Metrics(),
  );
  const send = async () => ({ seq: (await writer.append(lane, draft)).message.seq, read });
  return { send };
}

describe('a message whose place was taken', () => {
  it('tries again after the conversation was read', async () => {
    expect(await clashing(() => undefined).send()).toEqual({ seq: 13, read: 1 });
  });

  it('tries again at once when its node has heard meanwhile where the conversation stands', async () => {
    expect(await clashing((lane) => lane.raise({ seq: 11, at: 0 }, 3)).send()).toEqual({ seq: 12, read: 0 });
  });

  it('does not trust what it heard from a node that knows of a later change of membership', async () => {
    expect(await clashing((lane) => lane.raise({ seq: 11, at: 0 }, 11)).send()).toEqual({ seq: 13, read: 1 });
  });
});
