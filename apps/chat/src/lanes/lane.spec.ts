import type { KeptConversation } from '../conversations/conversation.rules.js';
import { Lane } from './lane.js';

const facts = (membershipSeq: number) => ({
  conversation: { membershipSeq } as KeptConversation,
  members: new Set(['ana']),
  head: { seq: 10, at: 1000 },
});

describe('a lane that hears of a later change of membership', () => {
  it('is stale until its members are read, and passes the news on at once', () => {
    const lane = new Lane('c', facts(4));
    lane.raise({ seq: 12, at: 1200 }, 11);
    expect([lane.head.seq, lane.stale, lane.membershipSeq]).toEqual([12, true, 11]);
    lane.renew(facts(11), lane.doubts);
    lane.raise({ seq: 13, at: 1300 }, 4);
    expect([lane.head.seq, lane.stale, lane.membershipSeq]).toEqual([13, false, 11]);
  });
});
