import { check } from './checker.js';
import type { Heard, History, Seen, Send } from './history.js';

/** Ana and Ben take turns, three messages; everybody sees everything. */
function good(): History {
  const sends = [1, 2, 3].map(sendOf);
  const kept = [1, 2, 3].map(seenOf);
  const heard = kept.map((message): Heard => ({ ...message, device: 'ben-1' }));
  const shown = kept.map(({ conversationId, seq }) => ({ device: 'ben-1', conversationId, seq }));
  return { sends, kept, heard, shown };
}

function sendOf(n: number): Send {
  const senderId = n % 2 ? 'ana' : 'ben';
  const said = { conversationId: 'c', senderId, session: `${senderId}-1`, localId: `l${n}`, text: `t${n}`, node: '1' };
  return { ...said, startedAt: n * 10, endedAt: n * 10 + 5, outcome: 'acked', messageId: `m${n}`, seq: n };
}

function seenOf(n: number): Seen {
  return { conversationId: 'c', messageId: `m${n}`, seq: n, text: `t${n}`, createdAt: 1000 + n };
}

/** What the checker says after something was planted into a good history. */
function planted(plant: (history: History) => void): string[] {
  const history = good();
  plant(history);
  return check(history).map(({ guarantee, what }) => `${guarantee} ${what}`);
}

function change<T extends object>(list: T[], index: number, fields: Partial<T>): void {
  list[index] = { ...(list[index] as T), ...fields };
}

it('finds nothing where all is well, also in retries and unknown outcomes', () => {
  expect(check(good())).toEqual([]);
  const retried = good();
  retried.sends.unshift({ ...sendOf(1), startedAt: 1, outcome: 'unknown', messageId: undefined, seq: undefined });
  retried.sends.push({ ...sendOf(1), startedAt: 50, endedAt: 51, text: 'other words' });
  retried.sends.push({ ...sendOf(4), outcome: 'unknown', messageId: undefined, seq: undefined, endedAt: undefined });
  retried.sends.push({ ...sendOf(5), outcome: 'failed', messageId: undefined, seq: undefined });
  expect(check(retried)).toEqual([]);
});

it('lets a system message come from nobody', () => {
  expect(
    planted(({ kept, shown }) => {
      kept.push({ ...seenOf(4), system: true });
      shown.push({ device: 'ben-1', conversationId: 'c', seq: 4 });
    }),
  ).toEqual([]);
});

it('lets messages that were under way at once take places in any order', () => {
  expect(
    planted(({ sends }) => {
      change(sends, 0, { seq: 2, messageId: 'm2', startedAt: 12, endedAt: 40 });
      change(sends, 1, { seq: 1, messageId: 'm1', startedAt: 12, endedAt: 29 });
    }),
  ).toEqual([]);
});

describe('of pushes', () => {
  const phone = (userId: string) => ({ installationId: `${userId}s`, userId, conversationIds: ['c'] });
  /** What it says when these were pushed: who sent `m1` and `m3` is Ana, `m2` Ben. */
  const pushed = (...attempts: string[]) =>
    planted((history) => {
      const kept = attempts.map((one) => one.split(' ') as [string, string]);
      history.pushes = {
        phones: [phone('ana'), phone('ben'), { ...phone('eve'), conversationIds: ['elsewhere'] }],
        attempts: kept.map(([messageId, installationId]) => ({ messageId, installationId })),
      };
    });

  it('it finds nothing when each acked message went once to everyone but its sender', () => {
    expect(pushed('m1 bens', 'm2 anas', 'm3 bens')).toEqual([]);
  });

  it('it finds one that never went: its XADD was taken for delivery', () => {
    expect(pushed('m1 bens', 'm3 bens')).toEqual(['G9 "t2" was pushed to anas 0 times']);
  });

  it('it finds one that went twice, and one to its own sender', () => {
    expect(pushed('m1 bens', 'm1 bens', 'm2 anas', 'm2 bens', 'm3 bens')).toEqual([
      'G10 "t1" was pushed to bens 2 times',
      'G10 "t2" was pushed to bens 1 times',
    ]);
  });
});

describe('it finds', () => {
  const cases: [string, string, (history: History) => void][] = [
    ['an acked message that is lost', 'G1 "t3" was acked as 3 and is lost', ({ kept }) => void kept.pop()],
    [
      'an acked message at another place',
      'G1 "t3" was acked as 4 and is kept as 3',
      ({ sends }) => change(sends, 2, { seq: 4 }),
    ],
    [
      'a failed message that is kept',
      'G2 "t3" failed, and was kept',
      ({ sends }) => change(sends, 2, { outcome: 'failed' }),
    ],
    [
      'a failed message that was heard',
      'G2 "t3" failed, and was heard',
      ({ sends, kept }) => (change(sends, 2, { outcome: 'failed' }), void kept.pop()),
    ],
    [
      'a message that was shown and is gone',
      'G2 "t9" was shown as 4 and is gone',
      ({ heard, sends }) => (
        heard.push({ ...seenOf(9), seq: 4, device: 'ben-1' }),
        sends.push({ ...sendOf(9), outcome: 'unknown' })
      ),
    ],
    [
      'a message that was shown at another place',
      'G2 "t2" was shown as 5 and is 2 now',
      ({ heard }) => change(heard, 1, { seq: 5 }),
    ],
    ['a message that nobody sent', 'G2 nobody sent "t4", kept', ({ kept }) => void kept.push(seenOf(4))],
    [
      'a message that is kept twice',
      'G3 "t1" is kept 2 times',
      ({ kept }) => void kept.push({ ...seenOf(4), text: 't1' }),
    ],
    [
      'a retry in other words that is kept beside the first try',
      'G3 "t1" is kept 2 times',
      ({ kept, sends }) => (kept.push(seenOf(4)), sends.push({ ...sendOf(4), senderId: 'ana', localId: 'l1' })),
    ],
    [
      'a retry with another ack',
      'G3 "t1" was acked as m1 at 1 and m2 at 2',
      ({ sends }) => void sends.push({ ...sendOf(2), senderId: 'ana', localId: 'l1', text: 't1' }),
    ],
    [
      'a message without localId that is kept twice',
      'G3 "t1" is kept 2 times',
      ({ sends, kept }) => (change(sends, 0, { localId: undefined }), kept.push({ ...seenOf(4), text: 't1' })),
    ],
    ['a hole', 'G4 history gives 3 where 2 belongs', ({ kept }) => void kept.splice(1, 1)],
    [
      'history out of order',
      'G4 history gives 2 where 1 belongs',
      ({ kept }) => void kept.reverse().unshift(seenOf(2)),
    ],
    ['two messages at one place', 'G4 2 messages were seen at 3', ({ kept }) => change(kept, 1, { seq: 3 })],
    [
      'two devices that saw different messages at one place',
      'G4 2 messages were seen at 2',
      ({ heard }) => void heard.push({ ...seenOf(7), seq: 2, device: 'ana-1' }),
    ],
    ['a time that runs back', 'G4 3 is not later than 2', ({ kept }) => change(kept, 2, { createdAt: 1001 })],
    [
      'a send that came before an earlier acked one',
      'G4 "t2" came after "t3" (ana-1), but is 2 and not behind 3',
      ({ sends }) => change(sends, 2, { startedAt: 1, endedAt: 2 }),
    ],
    [
      'pipelined sends of one socket out of order',
      'G4 "t3" came after "t1" (ana-1), but is 1 and not behind 3',
      ({ sends }) => {
        change(sends, 0, { seq: 3, messageId: 'm3', startedAt: 31, endedAt: 36 });
        change(sends, 2, { seq: 1, messageId: 'm1', startedAt: 31, endedAt: 36 });
      },
    ],
    [
      'a message of somebody who was removed',
      'G13 eve wrote 5, but had left',
      ({ kept }) => {
        const change: Seen['change'] = { event: 'participants.removed', userIds: ['eve'] };
        kept.push({ ...seenOf(4), senderId: 'ana', system: true, change });
        kept.push({ ...seenOf(5), senderId: 'eve' });
      },
    ],
    ['a device that skips a message', 'G6 ben-1 showed 3 after 1', ({ shown }) => void shown.splice(1, 1)],
    ['a device that shows a message again', 'G6 ben-1 showed 2 after 2', ({ shown }) => change(shown, 2, { seq: 2 })],
    ['a device that never gets to the end', 'G6 ben-1 stopped at 2 of 3', ({ shown }) => void shown.pop()],
  ];
  it.each(cases)('%s', (_name, violation, plant) => {
    expect(planted(plant)).toContain(violation);
  });
});
