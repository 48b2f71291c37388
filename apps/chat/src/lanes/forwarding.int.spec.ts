import type { Redis } from 'ioredis';
import { tracingWith } from '@app/common/tracing/tracing.suite.js';
import type { Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { LANE_REDIS, LaneBus } from './lane.bus.js';
import { LaneForwarder } from './lane.forwarder.js';
import { Lanes } from './lanes.js';
import { Owners } from './owners.js';
import { everyNodeKnowsTheOthers } from './owners.suite.js';

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let conversationId: string;
let before: ReturnType<typeof totals>;

/** Ana is on node 1, Ben on node 2. */
async function begin(): Promise<void> {
  world = await chatWorld(2);
  await everyNodeKnowsTheOthers(world);
  [ana, ben] = await Promise.all([world.connect('ana', 1), world.connect('ben', 2)]);
}

/** Node 2 owns the conversation and claims it, so that node 1 forwards. */
async function claimed(): Promise<void> {
  conversationId = await ownedBy('chat-2');
  await ana.sends(conversationId, 'warm');
  await of(2, LaneBus).claim({ kind: 'mine', from: 'chat-2', conversationId });
  before = totals();
  while (!of(1, Lanes).peek(conversationId)?.forwardUntil) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a lane whose owner claims it', () => {
  beforeAll(begin);
  beforeEach(claimed);
  afterAll(() => world.close());

  it('is forwarded: the owner gives the places, whoever heard the message acks and tells of it', async () => {
    const sent = await Promise.all([1, 2, 3].map((n) => ana.sends(conversationId, `forwarded ${n}`)));
    expect(sent.map(({ seq, text }) => [seq, text])).toEqual([
      [2, 'forwarded 1'],
      [3, 'forwarded 2'],
      [4, 'forwarded 3'],
    ]);
    expect(counted()).toEqual({ forwarded: 3, takenBack: 0 });
    expect(of(2, Lanes).peek(conversationId)?.head.seq).toBe(4);
    await heardOnce(sent);
  });

  it('goes on there with the trace of what was said', async () => {
    const traced = tracingWith();
    await ana.sends(conversationId, 'traced');
    while ((await traced.next()).name !== 'chat message_send');
    const spans = await traced.ended();
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [said = [], forwarded = [], kept = []] = ['chat message_send', 'process lanes', 'insert messages'].map(named);
    const parents = [forwarded, kept].map((some) => some.map(({ parentSpanContext }) => parentSpanContext?.spanId));
    expect(parents).toEqual([said, forwarded].map((some) => some.map((span) => span.spanContext().spanId)));
    expect([said, forwarded, kept].map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('answers a resend with the first message', async () => {
    const first = await ana.sends(conversationId, 'once', 'l1');
    expect(await ana.sends(conversationId, 'twice', 'l1')).toEqual(first);
    expect(counted().forwarded).toBe(2);
  });

  it('refuses who is no member any more, though the forwarding node does not know', async () => {
    const { _id: groupId } = await ben.opens(['ana', 'cem'], { name: 'three' });
    await ana.sends(groupId, 'warm');
    // From here on whatever the hash or a silence says.
    of(1, Owners).of = () => 'chat-2';
    const lane = of(1, Lanes).peek(groupId);
    if (!lane) throw new Error('node 1 has no lane of it');
    lane.forwardUntil = Date.now() + 10_000;
    const { end } = world.mute(1);
    const said = jest.spyOn(of(2, LaneBus), 'membersChanged').mockReturnValue(undefined);
    await ben.delete(`/conversations/${groupId}/participants/ana`);
    said.mockRestore();
    expect(await ana.socket.answer('message_send', { conversationId: groupId, text: 'still here?' })).toMatchObject({
      error: { code: 'NOT_A_MEMBER' },
    });
    expect(counted().forwarded).toBe(1);
    end();
  });

  it('goes on while Redis is frozen', async () => {
    world.redis.freeze();
    try {
      const sent = await ana.sends(conversationId, 'no bus');
      expect(sent.seq).toBe(2);
    } finally {
      world.redis.thaw();
    }
    expect((await ana.sends(conversationId, 'a bus again')).seq).toBe(3);
  });

  it('keeps a message once, and tells of it, when the answer is lost', async () => {
    deafen(1);
    const sent = await ana.sends(conversationId, 'kept by the owner, whom nobody heard');
    expect(counted()).toEqual({ forwarded: 1, takenBack: 1 });
    const next = await ana.sends(conversationId, 'the next');
    expect([sent.seq, next.seq]).toEqual([2, 3]);
    await heardOnce([sent, next]);
  });
});

describe('a lane with a frozen owner', () => {
  beforeAll(begin);
  beforeEach(claimed);
  afterAll(() => world.close());

  it('is written by the node itself, in order', async () => {
    deafen(2);
    const sent = await Promise.all([1, 2, 3].map((n) => ana.sends(conversationId, `alone ${n}`)));
    expect(sent.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(counted()).toEqual({ forwarded: 3, takenBack: 3 });
    // The silent one owns nothing for a while.
    expect(of(1, Owners).of(conversationId)).toBe('chat-1');
    await heardOnce(sent);
  });
});

describe('a lane whose owner is gone', () => {
  beforeAll(begin);
  beforeEach(claimed);
  afterAll(() => world.close());

  it('is written by the node itself at once', async () => {
    redisOf(2).sub.disconnect();
    const sent = await ana.sends(conversationId, 'nobody there');
    expect(sent.seq).toBe(2);
    expect(counted().takenBack).toBe(1);
  });
});

describe('an owner that stops', () => {
  beforeAll(begin);
  beforeEach(claimed);
  afterAll(() => world.close());

  it('answers what it has, and is handed nothing more', async () => {
    const sends = Array.from({ length: 10 }, (_, n) => ana.sends(conversationId, `last words ${n}`));
    await Promise.all([world.stop(2), ...sends]);
    const sent = await Promise.all(sends);
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, n) => n + 2));
  });
});

/** What node 1 has forwarded since its start. */
function totals() {
  const { forwarded, takenBack } = of(1, LaneForwarder).counts;
  return { forwarded: forwarded.total, takenBack: takenBack.total };
}

/** The same since the lane was claimed. */
function counted() {
  const { forwarded, takenBack } = totals();
  return { forwarded: forwarded - before.forwarded, takenBack: takenBack - before.takenBack };
}

function of<T>(node: number, part: abstract new (...args: never[]) => T): T {
  const app = world.apps[node - 1];
  if (!app) throw new Error(`there is no node ${node}`);
  return app.get<T>(part);
}

function redisOf(node: number): { pub: Redis; sub: Redis } {
  return world.apps[node - 1]?.get<{ pub: Redis; sub: Redis }>(LANE_REDIS) as { pub: Redis; sub: Redis };
}

/** It is subscribed, as a frozen process is, and hears nothing. */
function deafen(node: number): void {
  redisOf(node).sub.removeAllListeners('message');
}

async function ownedBy(owner: string): Promise<string> {
  for (let n = 0; ; n++) {
    const { _id } = await ana.opens(['ben', `third-${n}`], { name: `group ${n}` });
    if (of(1, Owners).of(_id) === owner) return _id;
  }
}

async function heardOnce(sent: Message[]): Promise<void> {
  for (const { _id } of sent) {
    await ben.socket.hears('message_new', ({ message }: { message: Message }) => message._id === _id);
  }
  const heard = ben.socket.all<{ message: Message }>('message_new').map(({ message }) => message._id);
  expect(heard.filter((id) => sent.some(({ _id }) => _id === id))).toEqual(sent.map(({ _id }) => _id));
}
