import { MongooseModule } from '@nestjs/mongoose';
import { Test, type TestingModule } from '@nestjs/testing';
import { testMongo } from '@app/testing/engines.js';
import { IdentityModule } from './identity.module.js';
import { UserDirectory } from './user.directory.js';
import { UserRepository } from './user.repository.js';

let module: TestingModule;
let users: UserRepository;
/** A directory that remembers nothing yet, as another node's. */
const directory = () => new UserDirectory(users);

beforeAll(async () => {
  const { uri } = testMongo('identity');
  module = await Test.createTestingModule({ imports: [MongooseModule.forRoot(uri), IdentityModule] }).compile();
  await module.init();
  users = module.get(UserRepository);
});
afterAll(() => module.close());

describe('the directory', () => {
  it('makes the bearer of a token known, and takes over what a later token newly says', async () => {
    const who = { id: 'ana', role: 'user' as const };
    await directory().meet(who, { username: 'ana_s' });
    expect(await users.findById('ana')).toMatchObject({ name: 'ana_s', username: 'ana_s', role: 'user' });
    await directory().meet({ ...who, role: 'support' }, { name: 'Ana Silva' });
    expect(await users.findById('ana')).toMatchObject({ name: 'Ana Silva', username: 'ana_s', role: 'support' });
  });

  it('remembers: a second look asks nothing', async () => {
    const here = directory();
    expect(await here.person('ana')).toEqual({ id: 'ana', name: 'Ana Silva' });
    await users.save({ id: 'ana', role: 'support' }, { name: 'Ana Souza' });
    expect(await here.person('ana')).toEqual({ id: 'ana', name: 'Ana Silva' });
    here.forget('ana');
    expect(await here.person('ana')).toEqual({ id: 'ana', name: 'Ana Souza' });
  });

  it('knows somebody whom nobody has seen by the id', async () => {
    expect(await directory().people(['nobody', 'ana'])).toEqual([
      { id: 'nobody', name: 'nobody' },
      { id: 'ana', name: 'Ana Souza' },
    ]);
  });
});

describe('search', () => {
  it('finds people by the start of name or username, whatever the case, and takes no pattern', async () => {
    await users.save({ id: 'ben', role: 'user' }, { username: 'ben.x', name: 'Benedikt' });
    await users.save({ id: 'cleo', role: 'user' }, { name: 'Cleo Ben' });
    const found = async (term: string) => (await users.search(term, 10)).map(({ id }) => id).sort();
    expect(await found('BEN')).toEqual(['ben']);
    expect(await found('cleo b')).toEqual(['cleo']);
    expect(await found('.*')).toEqual([]);
    expect(await found('  ')).toEqual([]);
  });
});
