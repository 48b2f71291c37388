import type { KeptConversation } from '../conversations/conversation.rules.js';
import { added, removed, tellingText } from './membership.rules.js';

const group = { kind: 'group', createdBy: 'ana' } as KeptConversation;
const direct = { kind: 'direct', createdBy: 'ana' } as KeptConversation;
const members = ['ana', 'ben'];
const forbidden = expect.objectContaining({ code: 'FORBIDDEN' }) as Error;

describe('added', () => {
  it('brings only who is new', () => {
    expect(added(group, members, { by: 'ana', userIds: ['ben', 'cleo'] })).toEqual({
      note: { event: 'participants.added', userIds: ['cleo'] },
      members: ['ana', 'ben', 'cleo'],
      large: false,
    });
    expect(added(group, members, { by: 'ana', userIds: ['ben'] })).toBeUndefined();
  });

  it('is the owner’s, in groups, up to 500 people', () => {
    expect(() => added(group, members, { by: 'ben', userIds: ['cleo'] })).toThrow(forbidden);
    expect(() => added(direct, members, { by: 'ana', userIds: ['cleo'] })).toThrow(forbidden);
    const many = Array.from({ length: 499 }, (_, n) => `p${n}`);
    expect(() => added(group, members, { by: 'ana', userIds: many })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(added(group, members, { by: 'ana', userIds: many.slice(0, 49) })?.large).toBe(true);
  });
});

describe('removed', () => {
  it('is the owner’s, or one’s own leaving', () => {
    expect(removed(group, members, { by: 'ana', userId: 'ben' })?.members).toEqual(['ana']);
    expect(removed(group, members, { by: 'ben', userId: 'ben' })?.members).toEqual(['ana']);
    expect(() => removed(group, members, { by: 'ben', userId: 'ana' })).toThrow(forbidden);
    expect(removed(group, members, { by: 'ana', userId: 'eve' })).toBeUndefined();
  });
});

describe('tellingText', () => {
  const names = new Map([
    ['ana', 'Ana'],
    ['ben', 'Ben'],
  ]);
  it.each([
    ['participants.added', ['ben', 'x9'], 'Ana added Ben, x9'],
    ['participants.removed', ['ben'], 'Ana removed Ben'],
    ['participants.removed', ['ana'], 'Ana left'],
  ] as const)('%s %j', (event, userIds, text) => {
    expect(tellingText({ event, userIds: [...userIds] }, names, 'ana')).toBe(text);
  });
});
