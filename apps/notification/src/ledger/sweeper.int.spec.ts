import { setTimeout as pause } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Types } from 'mongoose';
import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { idAt } from '@app/common/events/id-time.js';
import { keys } from '@app/common/redis/keys.js';
import type { Pace } from '../pace.js';
import { PushService } from '../push/push.service.js';
import { messageCreated, notificationWorld, type World } from '../world.suite.js';
import { LedgerRepository } from './ledger.repository.js';

/** Sweeps at once; ids tell the time to the second, so a message is old enough after one. */
const SWEEPING: Partial<Pace> = { sweepSoonMs: 0, sweepEveryMs: 20 };

let world: World;
let conversationId: Types.ObjectId;
let seq: number;

beforeAll(async () => {
  world = await notificationWorld();
});
beforeEach(async () => {
  for (const name of ['messages', 'ledger', 'checkpoints', 'push_attempts', 'devices', 'members'])
    await world.db.collection(name).deleteMany({});
  await world.client.flushall();
  conversationId = new Types.ObjectId();
  seq = 0;
  await world.db
    .collection('conversations')
    .insertOne({ _id: conversationId, kind: 'group', name: 'Team', participantCount: 2 });
  await joins('ana', 'ben');
});
afterEach(async () => {
  world.thawRedis();
  await world.closeAll();
});
afterAll(() => world.end());

async function joins(...people: string[]): Promise<void> {
  const rows = people.map((userId) => ({ conversationId, userId, joinedSeq: 0, readSeq: 0 }));
  await world.db.collection('members').insertMany(rows);
  for (const userId of people) await world.devices.insertOne(deviceOf(userId));
}

const deviceOf = (userId: string) => ({
  _id: `${userId}s`,
  userId,
  platform: 'android',
  provider: 'fcm',
  token: `${userId}s-token`,
  tokenUpdatedAt: new Date(),
  lastSeenAt: new Date(),
});

/** A message as chat keeps it, without an event; the id says when it was made. */
async function kept(more: Record<string, unknown> = {}, at = Date.now()): Promise<string> {
  const random = new Types.ObjectId().toHexString().slice(8);
  const _id = new Types.ObjectId(idAt(at).slice(0, 8) + random);
  const said = { conversationId, seq: ++seq, senderId: 'ana', text: `text ${seq}`, attachments: [] };
  await world.db.collection('messages').insertOne({ _id, ...said, createdAt: new Date(at), ...more });
  return _id.toHexString();
}

/** Resolves when the walk has passed a message. */
async function passed(id: string, walk = 'soon'): Promise<void> {
  const checkpoints = world.db.collection<{ _id: string; at: Types.ObjectId }>('checkpoints');
  for (;;) {
    const mark = await checkpoints.findOne({ _id: `notification:${walk}` });
    if (mark && mark.at.toHexString() >= id) return;
  }
}

const pushesOf = (id: string) =>
  world.fcm.of('bens-token').filter(({ message }) => message.data?.messageId === id).length;

/** Exactly one push, and the ledger has the message. */
async function expectOnePush(id: string): Promise<void> {
  await world.attempt(id, 'accepted');
  expect(pushesOf(id)).toBe(1);
  expect(await world.attempts.countDocuments({ messageId: id })).toBe(1);
  while ((await world.db.collection('ledger').countDocuments({ eventIds: id })) === 0);
}

describe('a message whose event never comes', () => {
  it('is pushed though Redis was emptied before the event was read', async () => {
    const id = await kept({ text: 'Lunch?' });
    const event = messageCreated();
    await world.publish({ ...event, id });
    await world.client.flushall();
    await world.boot(SWEEPING);
    const push = await world.pushOf(id, 'bens');
    expect(push.message.notification).toEqual({ title: 'ana in Team', body: 'Lunch?' });
    await expectOnePush(id);
    await world.tells({ parley_ledger_found_total: 1 });
    expect((await world.metrics())['parley_ledger_sweeps_total{walk="soon"}']).toBeGreaterThan(0);
  });

  it('is pushed while Redis hangs', async () => {
    await world.boot(SWEEPING);
    world.freezeRedis();
    const ids = [await kept(), await kept(), await kept()];
    await Promise.all(ids.map((id) => world.pushOf(id, 'bens')));
    world.thawRedis();
    for (const id of ids) await expectOnePush(id);
  });

  it('is pushed once by many workers', async () => {
    const now = Date.now();
    const ids = await Promise.all(Array.from({ length: 120 }, () => kept({}, now)));
    await Promise.all([world.boot(SWEEPING), world.boot(SWEEPING)]);
    while ((await world.attempts.countDocuments({ state: 'accepted' })) < 120);
    expect(await world.attempts.countDocuments()).toBe(120);
    expect(ids.map(pushesOf)).toEqual(ids.map(() => 1));
  });

  it.each(['sweepLateMs', 'sweepLastMs'])(
    'is found though its id sorts behind what was looked at already (%s)',
    async (walk) => {
      await world.boot({ ...SWEEPING, [walk]: 3000 });
      const first = await kept();
      await passed(first);
      const late = await kept({}, Date.now() - 2500);
      expect(late < first).toBe(true);
      await expectOnePush(late);
    },
  );

  it('is found in time by a worker whose own clock is an hour slow', async () => {
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 60 * 60_000);
    try {
      await world.boot(SWEEPING);
      await expectOnePush(await kept({}, now()));
    } finally {
      clock.mockRestore();
    }
  });

  it('is not pushed to who has read it, nor when it was deleted, nor to who came later', async () => {
    await joins('cem', 'dora');
    await world.db.collection('conversations').updateOne({ _id: conversationId }, { $set: { participantCount: 4 } });
    const members = world.db.collection('members');
    await members.updateOne({ userId: 'cem' }, { $set: { readSeq: 1 } });
    await members.updateOne({ userId: 'dora' }, { $set: { joinedSeq: 2 } });
    const read = await kept();
    const deleted = await kept({ deletedAt: new Date(), text: '' });
    await world.boot(SWEEPING);
    await expectOnePush(read);
    await passed(deleted);
    expect(await world.reached(read)).toEqual(['bens']);
    expect(await world.reached(deleted)).toEqual([]);
  });

  it('is pushed to all of a large group who were there and have not read it', async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => ({ conversationId, userId: `u${n}`, joinedSeq: 0, readSeq: 0 }));
    await world.db.collection('members').insertMany(crowd);
    await world.db.collection('conversations').updateOne({ _id: conversationId }, { $set: { participantCount: 65 } });
    await joins('cem', 'dora', 'zoe');
    await world.db.collection('members').updateOne({ userId: 'dora' }, { $set: { readSeq: 1 } });
    const id = await kept();
    await world.boot(SWEEPING);
    await Promise.all(['bens', 'cems', 'zoes'].map((phone) => world.pushOf(id, phone)));
    expect(await world.reached(id)).toEqual(['bens', 'cems', 'zoes']);
  });

  it('is left alone when it is older than an hour at the first start', async () => {
    const old = await kept({}, Date.now() - 61 * 60_000);
    const young = await kept({}, Date.now() - 59 * 60_000);
    await world.boot(SWEEPING);
    await expectOnePush(young);
    expect(await world.reached(old)).toEqual([]);
  });
});

describe('after Redis was frozen for ten seconds', () => {
  it('every message has been pushed once, and no event is pending', async () => {
    await world.boot({ ...SWEEPING, claimAfterMs: 1000 });
    const publishKept = async () => {
      const id = await kept();
      const { data, ...event } = messageCreated({ to: ['ben'] });
      void world.publish({ ...event, id, data: { ...data, message: { ...data.message, _id: id } } });
      return id;
    };
    const ids = [await publishKept(), await publishKept()];
    world.freezeRedis();
    for (let n = 0; n < 10; n++) {
      ids.push(await publishKept());
      await pause(1000);
    }
    world.thawRedis();
    ids.push(await publishKept());
    for (const id of ids) await expectOnePush(id);
    const stream = keys.eventStream('message.created');
    while ((await world.client.xlen(stream)) < ids.length);
    const seen = async () => (await world.client.xinfo('GROUPS', stream)) as unknown[][];
    const of = (group: unknown[] | undefined, name: string) => group?.[group.indexOf(name) + 1];
    for (;;) {
      const [group] = await seen();
      if (of(group, 'lag') === 0 && of(group, 'pending') === 0) break;
    }
    expect(ids.map(pushesOf)).toEqual(ids.map(() => 1));
  });
});

describe('a message whose event has come', () => {
  it('is not taken in a second time', async () => {
    await world.presence.connected('ben', 'node-1', 's1');
    await world.boot({ ...SWEEPING, sweepSoonMs: 1000 });
    const id = await kept();
    const event = messageCreated({ to: ['ben'] });
    await world.publish({ ...event, id, data: { ...event.data, message: { ...event.data.message, _id: id } } });
    while ((await world.db.collection('ledger').countDocuments({ eventIds: id })) === 0);
    const own = await world.attempts.countDocuments({ messageId: id });
    const takes = world.apps[0]?.get(PushService);
    const accepted: number[] = [];
    if (takes) {
      const accept = takes.accept.bind(takes);
      takes.accept = (events) => accept(events).then(() => void accepted.push(events.length));
    }
    const next = await kept();
    await passed(next);
    expect(accepted).toEqual([1]);
    expect(await world.attempts.countDocuments({ messageId: id })).toBe(own);
  });

  it('is not taken in again when it is published again', async () => {
    const app = await world.boot();
    const event = messageCreated();
    await app.get(LedgerRepository).add([event.id], new Date());
    await world.publish({ ...event, replayed: true });
    const next = messageCreated({ to: ['ben'] });
    await world.publish(next);
    await world.pushOf(next.id, 'bens');
    expect(await world.reached(event.id)).toEqual([]);
  });
});

describe('a worker that dies', () => {
  /** What hangs for ever in the worker that dies, before or after it was done. */
  const steps: [string, (app: NestExpressApplication, hang: () => Promise<never>) => void][] = [
    ['before anything', (app, hang) => (app.get(LedgerRepository).finished = hang)],
    ['before the pushes are kept', (app, hang) => (app.get(PushService).accept = hang)],
    ['before the ledger is written', (app, hang) => (app.get(LedgerRepository).add = hang)],
    [
      'after the ledger is written',
      (app, hang) => {
        const ledger = app.get(LedgerRepository);
        const add = ledger.add.bind(ledger);
        ledger.add = (ids, now) => add(ids, now).then(hang);
      },
    ],
    ['before the checkpoint moves', (app, hang) => (app.get(CheckpointRepository).advance = hang)],
  ];

  it.each(steps)('%s is replaced, and every message is pushed once', async (_when, breaks) => {
    const { promise: dying, resolve: dies } = Promise.withResolvers<void>();
    const { promise: held, reject: end } = Promise.withResolvers<never>();
    const first = await world.boot(SWEEPING);
    breaks(first, () => {
      dies();
      return held;
    });
    try {
      const ids = [await kept({}, Date.now() - 5000), await kept({}, Date.now() - 4000)];
      await dying;
      await world.boot(SWEEPING);
      for (const id of ids) await expectOnePush(id);
    } finally {
      end(new Error('died'));
    }
  });

  it('does not stop for a message that makes no sense', async () => {
    const bad = await kept({ createdAt: 'yesterday' }, Date.now() - 5000);
    const good = await kept();
    const gaveUp = world.logged('a message is given up');
    await world.boot(SWEEPING);
    await gaveUp;
    await expectOnePush(good);
    expect(await world.reached(bad)).toEqual([]);
    await world.tells({ parley_ledger_given_up_total: 1 });
  });
});
