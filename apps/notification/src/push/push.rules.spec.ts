import type { ConversationKind } from '@app/contracts/events.js';
import type { Attachment } from '@app/contracts/shapes.js';
import { audienceOf, bodyOf, cut, expiryOf, namesAll, titleOf } from './push.rules.js';

const family = '👨‍👩‍👧‍👦';
const zalgo = `e${'\u0301'.repeat(1000)}`;
const seen = (text: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length;
const body = (text: string) => bodyOf({ text, attachments: [] });
const files = (...types: string[]): Attachment[] =>
  types.map((contentType, index) => ({ mediaId: `${index}`, url: 'https://x/y', contentType, size: 1 }));
const title = (kind: ConversationKind, sender: string, name?: string) =>
  titleOf({
    conversation: { id: 'c', kind, ...(name !== undefined && { name }) },
    sender: { id: 'ana', name: sender },
  });

describe('the title of a push', () => {
  it('names who writes', () => {
    expect(title('direct', 'Ana')).toBe('New message from Ana');
    expect(title('support', 'Ana', 'Order 5')).toBe('New message from Ana');
  });

  it('names the group too, or says that it is one', () => {
    expect(title('group', 'Ana', 'Team')).toBe('Ana in Team');
    expect(title('group', 'Ana')).toBe('Ana in a group');
    expect(title('group', 'Ana', ' \n')).toBe('Ana in a group');
  });

  it('lets no name break lines or turn the reading direction', () => {
    expect(title('direct', 'Ana\n\u202Ebank\u2066')).toBe('New message from Ana bank');
  });

  it('shortens long names', () => {
    expect(title('direct', 'A'.repeat(41))).toBe(`New message from ${'A'.repeat(39)}…`);
    expect(Buffer.byteLength(title('group', zalgo, zalgo))).toBeLessThan(620);
  });
});

describe('the body of a push', () => {
  it('is the text as it is, up to 100 characters', () => {
    expect(body(' Hello ')).toBe('Hello');
    expect(body('a'.repeat(100))).toBe('a'.repeat(100));
    expect(body('a'.repeat(101))).toBe(`${'a'.repeat(99)}…`);
  });

  it('counts as a person does: a family is one character, and so is a letter with its accents', () => {
    expect(body(family.repeat(60))).toBe(family.repeat(60));
    expect(body('e\u0301'.repeat(100))).toBe('e\u0301'.repeat(100));
    expect(body('e\u0301'.repeat(101))).toBe(`${'e\u0301'.repeat(99)}…`);
    expect(seen(body('🇦🇹'.repeat(300)))).toBe(100);
  });

  it('never cuts a character in two, whatever the bytes allow', () => {
    const long = body(family.repeat(200));
    expect(long.endsWith('…')).toBe(true);
    expect(long.slice(0, -1).replaceAll(family, '')).toBe('');
    expect(body(zalgo.repeat(3))).toBe('…');
  });

  it.each([100, 300])('stays within its bytes in JSON (%i quotes)', (count) => {
    expect(Buffer.byteLength(JSON.stringify(body('"\u0001'.repeat(count))))).toBeLessThanOrEqual(1802);
  });

  it('keeps no half of a surrogate pair', () => {
    expect(body('a\ud83d')).toBe('a\ufffd');
  });

  it('leaves no blank before the ellipsis', () => {
    expect(body(`${'a'.repeat(98)} ${'b'.repeat(9)}`)).toBe(`${'a'.repeat(98)}…`);
  });

  it.each([
    [['image/png'], 'Sent a photo'],
    [['video/mp4'], 'Sent a video'],
    [['audio/ogg'], 'Sent an audio file'],
    [['application/pdf'], 'Sent a file'],
    [['image/png', 'image/jpeg', 'image/gif'], 'Sent 3 photos'],
    [['image/png', 'application/pdf'], 'Sent 2 files'],
  ])('says what was sent without a word: %j', (types, says) => {
    expect(bodyOf({ text: ' ', attachments: files(...types) })).toBe(says);
  });

  it('is the text where there is both', () => {
    expect(bodyOf({ text: 'Look', attachments: files('image/png') })).toBe('Look');
  });
});

describe('cutting', () => {
  it('keeps what fits exactly, by characters and by bytes', () => {
    expect(cut('abc', { characters: 3, bytes: 99 })).toBe('abc');
    expect(cut('abcd', { characters: 3, bytes: 99 })).toBe('ab…');
    expect(cut('ääää', { characters: 9, bytes: 8 })).toBe('ääää');
    expect(cut('äääää', { characters: 9, bytes: 8 })).toBe('ää…');
  });
});

describe('the audience', () => {
  const among = (message: object) =>
    audienceOf(['ana', 'ben', 'cem', 'ben'], { message: { senderId: 'ana', readBy: ['ana'], ...message } as never });

  it('is whoever has not read it, once, and never its sender', () => {
    expect(among({})).toEqual(['ben', 'cem']);
    expect(among({ readBy: ['cem'] })).toEqual(['ben']);
  });

  it('of somebody being added is who was added; of somebody leaving, nobody', () => {
    expect(among({ system: { event: 'participants.added', userIds: ['cem', 'dan'] } })).toEqual(['cem']);
    expect(among({ system: { event: 'participants.removed', userIds: ['cem'] } })).toEqual([]);
  });
});

describe('an event', () => {
  const participants = (ids: string[], count: number) =>
    namesAll({ participantIds: ids, participantCount: count } as never);

  it('names everyone, or is too small to', () => {
    expect(participants(['ana', 'ben'], 2)).toBe(true);
    expect(participants(['ana', 'ben'], 51)).toBe(false);
  });

  it('is worth a push for a day', () => {
    expect(expiryOf({ createdAt: '2026-01-01T00:00:00.000Z' }).toISOString()).toBe('2026-01-02T00:00:00.000Z');
    expect(() => expiryOf({ createdAt: 'soon' })).toThrow('createdAt');
  });
});
