import { MONGODB, REDIS } from './engine.ts';
import { findBinary, findEngines, PLACES } from './find.ts';

const silent = (): void => undefined;
const no = (why: string) => () => Promise.reject(new Error(why));

describe('finding the engines', () => {
  it('uses the addresses that are given, and looks for nothing', async () => {
    const env = { MONGODB_URI: 'mongodb://db:27017/chat', REDIS_HOST: 'cache', PATH: '' };
    const engines = await findEngines(env, silent);
    expect(engines).toEqual({
      mongo: { uri: 'mongodb://db:27017/chat' },
      redis: { address: { host: 'cache', port: 6379 } },
    });
  });

  it('looks in the documented order', () => {
    const names = (places: { name: string }[]): string[] => places.map(({ name }) => name);
    const first = ['the PATH', 'the cache of earlier downloads'];
    expect(names(PLACES.MongoDB)).toEqual([...first, "MongoDB's own download", 'a Python wheel (pip)']);
    expect(names(PLACES.Redis)).toEqual([...first, 'a Python wheel (pip)']);
  });

  it('stops at the first place that has it', async () => {
    const places = [
      { name: 'one', look: no('empty') },
      { name: 'two', look: () => Promise.resolve('/two/mongod') },
      { name: 'three', look: () => Promise.resolve('/three/mongod') },
    ];
    expect(await findBinary(MONGODB, { env: {}, log: silent, places })).toEqual({ binary: '/two/mongod' });
  });

  it('says in one message what was tried and the three ways out', async () => {
    const places = [
      { name: 'here', look: no('empty') },
      { name: 'there', look: no('no network') },
    ];
    const failing = findBinary(REDIS, { env: {}, log: silent, places });
    await expect(failing).rejects.toThrow(
      [
        'No Redis was found. Tried:',
        '  - here: empty',
        '  - there: no network',
        'Three ways out:',
        '  1. install it: redis-server or valkey-server, version 7 or newer, on the PATH',
        '  2. use one that runs already: set REDIS_URL, or REDIS_HOST and REDIS_PORT',
        '  3. run everything in containers: docker compose up',
      ].join('\n'),
    );
  });
});
