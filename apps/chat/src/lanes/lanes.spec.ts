import { Metrics } from '@app/common/metrics/metrics.js';
import type { ConversationRepository } from '../conversations/conversation.repository.js';
import type { KeptConversation } from '../conversations/conversation.rules.js';
import type { MemberRepository } from '../conversations/member.repository.js';
import type { MessageRepository } from '../messages/message.repository.js';
import { Lanes } from './lanes.js';

/** Lanes of conversations that have as many members as the test says, `p0` among them. */
function lanesOf(members: { count: number }) {
  const people = () => Array.from({ length: members.count }, (_, n) => ({ userId: `p${n}` }));
  const find = (id: string) => Promise.resolve({ id, participantCount: 500, membershipSeq: 0 } as KeptConversation);
  return new Lanes(
    { find } as unknown as ConversationRepository,
    { of: () => Promise.resolve(people()) } as unknown as MemberRepository,
    { headOf: () => Promise.resolve({ seq: 0, at: 0 }) } as unknown as MessageRepository,
    new Metrics(),
  );
}

describe('the lanes of a node', () => {
  it('are fewer when the groups are large', async () => {
    const lanes = lanesOf({ count: 500 });
    for (let n = 0; n < 1000; n++) await lanes.of(`c${n}`, 'p0');
    expect(lanes.peek('c0')).toBeUndefined();
    expect(lanes.peek('c999')).toBeDefined();
  });

  it('are fewer when the groups have grown', async () => {
    const members = { count: 2 };
    const lanes = lanesOf(members);
    for (let n = 0; n < 1000; n++) await lanes.of(`c${n}`, 'p0');
    expect(lanes.peek('c0')).toBeDefined();
    members.count = 500;
    for (let n = 999; n >= 0; n--) await lanes.renew(await lanes.of(`c${n}`, 'p0'));
    expect(lanes.peek('c0')).toBeDefined();
    expect(lanes.peek('c999')).toBeUndefined();
  });
});
