import type { KeptConversation } from '../conversations/conversation.rules.js';
import { added, removed, tellingText } from './membership.rules.js';

const group = { kind: 'group' } as KeptConversation;
const direct = { kind: 'direct' } as KeptConversation;
const members = ['ana', 'ben'];
const forbidden = expect.objectContaining({ code: 'FORBIDDEN' }) as Error;

describe('added', () => {
  it('brings only who is new', () => {
    expect(added(group, members, { by: 'ana', role: 'owner', userIds: ['ben', 'cleo'] })).toEqual({
      note: { event: 'participants.added', userIds: ['cleo'] },
      members: ['ana', 'ben', 'cleo'],
      large: false,
      wasLarge: false,
    });
    expect(added(group, members, { by: 'ana', role: 'owner', userIds: ['ben'] })).toBeUndefined();
  });

  it('is the owner’s, in groups, up to 500 people', () => {
    expect(() => added(group, members, { by: 'ben', role: 'member', userIds: ['cleo'] })).toThrow(forbidden);
    expect(() => added(direct, members, { by: 'ana', role: 'owner', userIds: ['cleo'] })).toThrow(forbidden);
    const many = Array.from({ length: 499 }, (_, n) => `p${n}`);
    expect(() => added(group, members, { by: 'ana', role: 'owner', userIds: many })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(added(group, members, { by: 'ana', role: 'owner', userIds: many.slice(0, 49) })?.large).toBe(true);
  });
});

describe('removed', () => {
  it('is the owner’s, or one’s own leaving', () => {
    expect(removed(group, members, { by: 'ana', role: 'owner', userId: 'ben' })?.members).toEqual(['ana']);
    expect(removed(group, members, { by: 'ben', role: 'member', userId: 'ben' })?.members).toEqual(['ana']);
    expect(() => removed(group, members, { by: 'ben', role: 'member', userId: 'ana' })).toThrow(forbidden);
    expect(removed(group, members, { by: 'ana', role: 'owner', userId: 'eve' })).toBeUndefined();
  });

  it('has an heir when the owner leaves: who has been there longest', () => {
    const leaves = (by: string, role: 'owner' | 'member', all: string[]) =>
      removed(group, all, { by, role, userId: by })?.heir;
    expect(leaves('ana', 'owner', ['ana', 'ben', 'cleo'])).toBe('ben');
    expect(leaves('ana', 'owner', ['ana'])).toBeUndefined();
    expect(leaves('ben', 'member', ['ana', 'ben'])).toBeUndefined();
    expect(removed(group, members, { by: 'ana', role: 'owner', userId: 'ben' })?.heir).toBeUndefined();
  });

  it('leaves fifty, who are listed again', () => {
    const crowd = Array.from({ length: 51 }, (_, n) => `p${n}`);
    const plan = removed(group, crowd, { by: 'p0', role: 'owner', userId: 'p1' });
    expect(plan).toMatchObject({ large: false, wasLarge: true });
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
