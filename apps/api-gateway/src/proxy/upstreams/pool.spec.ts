import { type Look, Pool } from './pool.js';

const A = 'http://a';
const B = 'http://b';

/** Two addresses whose nodes can be changed; `looks` lists who was asked. */
function pool(nodes: Record<string, string | undefined>) {
  const looks: string[] = [];
  const look: Look = (url) => {
    looks.push(url);
    const node = nodes[url];
    return node === undefined ? Promise.reject(new Error('down')) : Promise.resolve({ node });
  };
  return { pool: new Pool([A, B], look), nodes, looks };
}

const turns = (of: Pool, count: number) => Array.from({ length: count }, () => of.next().url);

describe('the addresses of a service', () => {
  it('take turns', () => {
    const { pool: both } = pool({ [A]: 'n1', [B]: 'n2' });
    expect(turns(both, 4)).toEqual([A, B, A, B]);
  });

  it('leave out one that failed, until a look finds it well', async () => {
    const { pool: both, nodes } = pool({ [A]: undefined, [B]: 'n2' });
    const [a] = both.upstreams;
    if (a) both.failed(a);
    expect(turns(both, 3)).toEqual([B, B, B]);
    await both.lookAround();
    expect(turns(both, 2)).toEqual([B, B]);
    nodes[A] = 'n1';
    await both.lookAround();
    expect(turns(both, 2).sort()).toEqual([A, B]);
  });

  it('are tried all the same when none is well', async () => {
    const { pool: both } = pool({});
    await both.lookAround();
    expect(turns(both, 2).sort()).toEqual([A, B]);
  });

  it('are found by node, after one look for all who ask', async () => {
    const { pool: both, looks } = pool({ [A]: 'n1', [B]: 'n2' });
    const found = await Promise.all([both.ofNode('n2'), both.ofNode('n1'), both.ofNode('n2')]);
    expect(found.map((upstream) => upstream?.url)).toEqual([B, A, B]);
    expect(looks).toEqual([A, B]);
    expect((await both.ofNode('n1'))?.url).toBe(A);
    expect(looks).toHaveLength(2);
  });

  it('lose a node that is gone, and find it where it is now', async () => {
    const { pool: both, nodes } = pool({ [A]: 'n1', [B]: 'n2' });
    await both.lookAround();
    nodes[B] = 'n3';
    await both.lookAround();
    expect(await both.ofNode('n2')).toBeUndefined();
    expect((await both.ofNode('n3'))?.url).toBe(B);
    nodes[B] = undefined;
    await both.lookAround();
    expect(await both.ofNode('n3')).toBeUndefined();
  });

  it('may change: those that stay keep their state, new ones take their turn', async () => {
    const { pool: both, nodes } = pool({ [A]: 'n1', [B]: undefined, 'http://c': 'n3' });
    await both.lookAround();
    both.moveTo([B, 'http://c']);
    expect(turns(both, 2)).toEqual(['http://c', 'http://c']);
    expect(await both.ofNode('n1')).toBeUndefined();
    expect((await both.ofNode('n3'))?.url).toBe('http://c');
    nodes[B] = 'n2';
    await both.lookAround();
    expect(turns(both, 2).sort()).toEqual([B, 'http://c']);
  });

  it('are looked at once for many made-up nodes, and not again at once', async () => {
    const { pool: both, looks } = pool({ [A]: 'n1', [B]: 'n2' });
    await Promise.all(['x', 'y', 'z'].map((node) => both.ofNode(node)));
    expect(looks).toHaveLength(2);
    const from = performance.now();
    expect(await both.ofNode('x')).toBeUndefined();
    expect(performance.now() - from).toBeGreaterThan(80);
    expect(looks).toHaveLength(4);
  });

  it('are found though they were looked at a moment before they came', async () => {
    const { pool: both, nodes } = pool({ [A]: 'n1', [B]: undefined });
    await both.lookAround();
    nodes[B] = 'n2';
    expect((await both.ofNode('n2'))?.url).toBe(B);
  });
});
