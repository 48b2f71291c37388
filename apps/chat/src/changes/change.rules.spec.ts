import type { KeptMessage } from '../messages/message.rules.js';
import { checkDelete, checkEdit, edited, tombstone } from './change.rules.js';

const message: KeptMessage = {
  id: 'm',
  conversationId: 'c',
  senderId: 'ana',
  text: 'hi',
  attachments: [{ mediaId: 'x', url: 'u', contentType: 'image/png', size: 1 }],
  seq: 1,
  createdAt: new Date(0),
};
const forbidden = expect.objectContaining({ code: 'FORBIDDEN' }) as Error;
const minutes = (n: number) => ({ now: n * 60_000, windowMinutes: 15 });
const note = { event: 'participants.added', userIds: ['cleo'] } as const;

describe('an edit', () => {
  it('is the author’s, to the last moment of the window', () => {
    expect(() => checkEdit(message, 'ana', minutes(15))).not.toThrow();
    expect(() => checkEdit(message, 'ana', { ...minutes(15), now: 15 * 60_000 + 1 })).toThrow(forbidden);
    expect(() => checkEdit(message, 'ben', minutes(1))).toThrow(forbidden);
  });

  it('of a deleted message finds nothing, of a system message is refused', () => {
    const gone = { ...message, deletedAt: new Date(1) };
    expect(() => checkEdit(gone, 'ana', minutes(1))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => checkEdit({ ...message, system: { ...note, userIds: ['cleo'] } }, 'ana', minutes(1))).toThrow(
      forbidden,
    );
  });

  it('keeps everything but the text', () => {
    expect(edited(message, 'ho', new Date(5))).toEqual({ ...message, text: 'ho', editedAt: new Date(5) });
  });
});

describe('a deletion', () => {
  it('is the author’s, or in a group the owner’s', () => {
    expect(() => checkDelete(message, 'ana', 'member')).not.toThrow();
    expect(() => checkDelete(message, 'ben', 'owner')).not.toThrow();
    expect(() => checkDelete(message, 'cleo', 'member')).toThrow(forbidden);
  });

  it('leaves the place, and nothing of what was said', () => {
    expect(tombstone(message, new Date(5))).toEqual({ ...message, text: '', attachments: [], deletedAt: new Date(5) });
  });
});
