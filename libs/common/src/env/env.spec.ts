import { readEnv, SettingsError } from './env.js';
import { sharedSettings, urls } from './shared.settings.js';

const good = { MONGODB_URI: 'mongodb://localhost/parley', JWT_SECRET: 'a-secret-of-32-or-more-characters' };

describe('readEnv', () => {
  it('gives defaults, and takes an empty value for none', () => {
    expect(readEnv(sharedSettings, { ...good, LOG_LEVEL: '', REDIS_PORT: '7000' })).toMatchObject({
      LOG_LEVEL: 'info',
      REDIS_PORT: 7000,
      REDIS_HOST: 'localhost',
    });
  });

  it('says all problems at once, and never a value', () => {
    const read = () => readEnv(sharedSettings, { JWT_SECRET: 'short', LOG_LEVEL: 'loud', REDIS_PORT: 'x' });
    expect(read).toThrow(SettingsError);
    const { problems } = thrownBy(read) as SettingsError;
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'JWT_SECRET',
      'LOG_LEVEL',
      'MONGODB_URI',
      'REDIS_PORT',
    ]);
    expect(problems.join()).not.toContain('short');
  });

  it('refuses a secret that could be guessed', () => {
    expect(() => readEnv(sharedSettings, { ...good, JWT_SECRET: 'x'.repeat(31) })).toThrow('at least 32 characters');
    expect(() => readEnv(sharedSettings, { ...good, JWT_SECRET: '' })).toThrow('JWT_SECRET: is missing');
  });

  it('holds previous secrets against the same length, each of them', () => {
    const previous = (value: string) => readEnv(sharedSettings, { ...good, JWT_SECRET_PREVIOUS: value });
    const [one, other] = ['x'.repeat(32), 'y'.repeat(40)];
    expect(previous('').JWT_SECRET_PREVIOUS).toEqual([]);
    expect(previous(`${one}, ${other}`).JWT_SECRET_PREVIOUS).toEqual([one, other]);
    for (const wrong of ['short', `${one},`, `${one},short`]) {
      expect(() => previous(wrong)).toThrow('at least 32 characters, separated by commas');
    }
  });

  it('reads a list of addresses, and refuses other schemes', () => {
    const table = { URLS: urls({ desc: 'addresses' }) };
    expect(readEnv(table, { URLS: 'http://a:1/, https://b' }).URLS).toEqual(['http://a:1', 'https://b']);
    expect(() => readEnv(table, { URLS: 'ftp://a' })).toThrow(SettingsError);
  });

  it('gives an object that may be asked for any name', () => {
    expect('constructor' in readEnv(sharedSettings, good)).toBe(true);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
