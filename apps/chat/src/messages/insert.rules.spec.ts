import { outcomesOf } from './insert.rules.js';

describe('outcomesOf', () => {
  it('tells what became of each message of an unordered insert', () => {
    const refused = [
      { index: 0, why: 'seq-taken' },
      { index: 2, why: 'kept-before' },
    ] as const;
    expect(outcomesOf({ count: 4, ordered: false, insertedCount: 2, refused })).toEqual([
      'seq-taken',
      'kept',
      'kept-before',
      'kept',
    ]);
  });

  it('tells that an ordered run ends at the first refusal', () => {
    const refused = [{ index: 1, why: 'seq-taken' }] as const;
    expect(outcomesOf({ count: 4, ordered: true, insertedCount: 1, refused })).toEqual([
      'kept',
      'seq-taken',
      'not-tried',
      'not-tried',
    ]);
  });

  it('takes nothing for kept when the connection broke: the driver refuses nothing then, and has counted nothing', () => {
    expect(outcomesOf({ count: 8, ordered: false, insertedCount: 0, refused: [] })).toBeUndefined();
    expect(outcomesOf({ count: 8, ordered: true, insertedCount: 3, refused: [] })).toBeUndefined();
    const refused = [{ index: 0, why: 'seq-taken' }] as const;
    expect(outcomesOf({ count: 3, ordered: false, insertedCount: 1, refused })).toBeUndefined();
  });

  it('cannot tell anything when a message was refused for another reason', () => {
    expect(
      outcomesOf({ count: 2, ordered: false, insertedCount: 1, refused: [{ index: 0, why: undefined }] }),
    ).toBeUndefined();
  });
});
