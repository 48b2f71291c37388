import { asMessage, checkContent, forSender, laterHead, placed } from './message.rules.js';

const draft = { conversationId: 'c', senderId: 'ana', text: 'hi', attachments: [], localId: 'l' };
const ana = { id: 'ana', name: 'Ana' };

describe('placed', () => {
  it('takes the next place', () => {
    expect(placed(draft, { id: 'm', head: { seq: 7, at: 1000 }, now: 5000 })).toMatchObject({
      seq: 8,
      createdAt: new Date(5000),
      id: 'm',
    });
  });

  it('never runs behind the message before, whatever the clock says', () => {
    expect(placed(draft, { id: 'm', head: { seq: 7, at: 9000 }, now: 5000 }).createdAt).toEqual(new Date(9001));
  });
});

describe('laterHead', () => {
  it('is never a step back', () => {
    const [early, late] = [
      { seq: 1, at: 2 },
      { seq: 2, at: 1 },
    ];
    expect(laterHead(early, late)).toBe(late);
    expect(laterHead(late, early)).toBe(late);
  });
});

describe('checkContent', () => {
  it('wants text or an attachment', () => {
    expect(() => checkContent(' \n', 0)).toThrow('text must not be empty');
    expect(() => checkContent('', 1)).not.toThrow();
  });
});

describe('asMessage', () => {
  const kept = placed(draft, { id: 'm', head: { seq: 0, at: 0 }, now: 1000 });

  it('shows a localId to nobody, unless it is made for the sender', () => {
    const shown = asMessage(kept, ana, ['ana']);
    expect(shown).not.toHaveProperty('localId');
    expect(forSender(shown, 'l')).toHaveProperty('localId', 'l');
  });

  it('says when it was edited', () => {
    expect(asMessage(kept, ana, []).meta).toEqual({ edited: false, editedAt: null });
    expect(asMessage({ ...kept, editedAt: new Date(0) }, ana, []).meta).toEqual({
      edited: true,
      editedAt: '1970-01-01T00:00:00.000Z',
    });
  });
});
