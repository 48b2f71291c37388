import { Metrics } from '@app/common/metrics/metrics.js';
import type { KeptConversation } from '../conversations/conversation.rules.js';
import type { KeptBefore } from './kept-before.js';
import { Lane, type Waiting } from './lane.js';
import type { AppendSaid, LaneBus } from './lane.bus.js';
import { LaneForwarder } from './lane.forwarder.js';
import type { Owners } from './owners.js';

const settled = new Promise<boolean>(() => undefined);

/** A lane on this node, with what it forwards and claims. */
function laneOwnedBy(owner: string) {
  const said: string[] = [];
  const bus = {
    up: true,
    append: (_owner: string, { drafts }: AppendSaid) => (said.push(...drafts.map(([id]) => id)), settled),
    claim: () => (said.push('mine'), Promise.resolve()),
  } as unknown as LaneBus;
  const owners = { self: 'here', of: () => owner } as unknown as Owners;
  const forwarder = new LaneForwarder(owners, bus, {} as KeptBefore, new Metrics());
  const facts = { conversation: {} as KeptConversation, members: new Set<string>(), head: { seq: 0, at: 0 } };
  return { lane: new Lane('c', facts), forwarder, said };
}

const waiting = (id: string) => ({ id, draft: {}, foreign: false }) as Waiting;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'], now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

describe('a place lost to another node', () => {
  it('lets the owner write what waits, at once and for a second only', async () => {
    const { lane, forwarder, said } = laneOwnedBy('there');
    forwarder.clash(lane);
    lane.waiting.push(waiting('m1'));
    expect(forwarder.takes(lane)).toBe(true);
    await nextTurn();
    expect(said).toEqual(['m1']);
    jest.setSystemTime(1_000_999);
    expect(forwarder.takes(lane)).toBe(true);
    jest.setSystemTime(1_001_000);
    expect(forwarder.takes(lane)).toBe(false);
  });

  it('and another within the second lets it write for ten seconds after the last use', async () => {
    const { lane, forwarder } = laneOwnedBy('there');
    forwarder.clash(lane);
    forwarder.clash(lane);
    jest.setSystemTime(1_008_000);
    lane.waiting.push(waiting('m1'));
    expect(forwarder.takes(lane)).toBe(true);
    await nextTurn();
    jest.setSystemTime(1_017_999);
    expect(forwarder.takes(lane)).toBe(true);
    jest.setSystemTime(1_018_000);
    expect(forwarder.takes(lane)).toBe(false);
  });

  it('is no reason for the owner itself to speak; the second is', () => {
    const { lane, forwarder, said } = laneOwnedBy('here');
    forwarder.clash(lane);
    expect(said).toEqual([]);
    forwarder.clash(lane);
    expect(said).toEqual(['mine']);
    expect(forwarder.takes(lane)).toBe(false);
  });
});
