import { directId, MAX_PARTICIPANTS, planned, unread } from './conversation.rules.js';
import { decodeCursor, encodeCursor } from './cursor.rules.js';

const invalid = expect.objectContaining({ code: 'INVALID_INPUT' }) as Error;

describe('directId', () => {
  it('is the same from both sides', () => expect(directId('ana', 'ben')).toBe(directId('ben', 'ana')));
  it('is an ObjectId', () => expect(directId('ana', 'ben')).toMatch(/^[0-9a-f]{24}$/));
  it('tells pairs apart whose ids read the same together', () => {
    expect(directId('ab', 'c')).not.toBe(directId('a', 'bc'));
    expect(directId('1:a', 'b')).not.toBe(directId('1', 'a1:b'));
  });
});

describe('planned', () => {
  it('is direct with one other, oneself named or not', () => {
    expect(planned('ana', { participantIds: ['ben'] })).toEqual({ kind: 'direct', participantIds: ['ana', 'ben'] });
    expect(planned('ana', { participantIds: ['ben', 'ana'] }).participantIds).toEqual(['ana', 'ben']);
  });

  it('is a group when asked for, or of more than two', () => {
    expect(planned('ana', { participantIds: ['ben'], isGroup: true }).kind).toBe('group');
    expect(planned('ana', { participantIds: ['ben', 'cleo'] }).kind).toBe('group');
  });

  it('refuses oneself alone, three in a direct one, and too many', () => {
    expect(() => planned('ana', { participantIds: ['ana'] })).toThrow(invalid);
    expect(() => planned('ana', { participantIds: ['ben', 'cleo'], isGroup: false })).toThrow(invalid);
    const many = Array.from({ length: MAX_PARTICIPANTS }, (_, n) => `p${n}`);
    expect(() => planned('ana', { participantIds: many })).toThrow(invalid);
  });
});

describe('unread', () => {
  it('is what came after the mark, and never negative', () => {
    expect(unread(7, 5)).toBe(2);
    expect(unread(5, 7)).toBe(0);
  });
});

describe('a cursor', () => {
  it('comes back as it went', () => {
    const cursor = { headAt: new Date(1234), id: '0123456789abcdef01234567' };
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  it.each(['', 'x', encodeCursor({ headAt: new Date(1), id: 'short' })])('refuses %j', (text) => {
    expect(() => decodeCursor(text)).toThrow(invalid);
  });
});
