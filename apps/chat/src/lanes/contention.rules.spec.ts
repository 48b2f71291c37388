import { clashed, NO_CLASHES, ownerOf } from './contention.rules.js';

describe('a conversation is contended', () => {
  it('after two lost places in a row, however far apart', () => {
    const first = clashed(NO_CLASHES, 1000);
    expect(first.contended).toBe(false);
    expect(clashed(first.clashes, 9000).contended).toBe(true);
  });

  it('after two within a second, though one was won between them', () => {
    const { clashes } = clashed(NO_CLASHES, 1000);
    expect(clashed({ ...clashes, inRow: 0 }, 2000).contended).toBe(true);
    expect(clashed({ ...clashes, inRow: 0 }, 2001).contended).toBe(false);
  });
});

describe('the owner of a conversation', () => {
  const ids = Array.from({ length: 300 }, (_, n) => `conversation-${n}`);

  it('is the same for whoever asks, in whatever order the nodes are', () => {
    for (const id of ids) expect(ownerOf(id, ['a', 'b', 'c'])).toBe(ownerOf(id, ['c', 'a', 'b']));
  });

  it('is spread over the nodes', () => {
    const owners = Map.groupBy(ids, (id) => ownerOf(id, ['a', 'b', 'c']));
    for (const node of ['a', 'b', 'c']) expect(owners.get(node)?.length).toBeGreaterThan(60);
  });

  it('stays where it is when another node goes', () => {
    const stay = ids.filter((id) => ownerOf(id, ['a', 'b', 'c']) !== 'c');
    for (const id of stay) expect(ownerOf(id, ['a', 'b'])).toBe(ownerOf(id, ['a', 'b', 'c']));
  });

  it('is nobody while no node is known', () => {
    expect(ownerOf('c', [])).toBeUndefined();
  });
});
