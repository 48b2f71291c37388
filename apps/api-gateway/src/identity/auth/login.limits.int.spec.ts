import { startGateway } from '../../gateway.suite.js';
import { identityAt } from '../identity.suite.js';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let names = 0;

beforeAll(async () => {
  gateway = await startGateway({ LOGIN_NAME_LIMIT: '3', LOGIN_ADDRESS_LIMIT: '8', TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => gateway.stop());

const { register, login } = identityAt(() => gateway.url);
const from = (address: string) => ({ 'x-forwarded-for': address });
const someone = async () => {
  const username = `person-${++names}`;
  await register({ username, email: `${username}@example.org` });
  return username;
};
const statuses = async (tries: number, one: () => Promise<{ status: number }>) => {
  const all: number[] = [];
  for (let n = 0; n < tries; n++) all.push((await one()).status);
  return all;
};

describe('failed logins', () => {
  it('are limited by the name, in whatever spelling and from wherever, whether anybody has it or not', async () => {
    for (const name of [await someone(), 'nobody-has-this']) {
      let n = 0;
      const wrong = () => login([name, name.toUpperCase()][++n % 2] ?? '', 'wrong', from(`192.0.2.${names * 10 + n}`));
      expect(await statuses(4, wrong)).toEqual([401, 401, 401, 429]);
    }
  });

  it('say how long to wait, and then not even the right password is taken', async () => {
    const name = await someone();
    await statuses(3, () => login(name, 'wrong', from('192.0.2.100')));
    const refused = await fetch(`${gateway.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: name, password: 'wrong' }),
    });
    expect([refused.status, await refused.json()]).toEqual([
      429,
      expect.objectContaining({ success: false, code: 'RATE_LIMITED' }),
    ]);
    // A third of 15 minutes, less what has passed.
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(280);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    expect(await login(name)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect((await login(await someone())).status).toBe(200);
  });

  it('are limited by the address, whoever is tried; others are not', async () => {
    let n = 0;
    const spraying = () => login(`sprayed-${++n}`, 'wrong', from('198.51.100.7'));
    expect(await statuses(9, spraying)).toEqual([...Array<number>(8).fill(401), 429]);
    const name = await someone();
    expect((await login(name, undefined, from('198.51.100.7'))).status).toBe(429);
    expect((await login(name, undefined, from('198.51.100.8'))).status).toBe(200);
  });

  it('are all counted when they come at once', async () => {
    const name = await someone();
    const tries = await Promise.all(Array.from({ length: 8 }, () => login(name, 'wrong', from('192.0.2.200'))));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  it('count no login that succeeds, and are not forgotten by one', async () => {
    const name = await someone();
    const right = () => login(name, undefined, from('192.0.2.210'));
    expect(await statuses(10, right)).toEqual(Array(10).fill(200));
    await statuses(2, () => login(name, 'wrong', from('192.0.2.211')));
    expect((await right()).status).toBe(200);
    expect(await statuses(2, () => login(name, 'wrong', from('192.0.2.212')))).toEqual([401, 429]);
  });

  it('are limited by each gateway’s own count while Redis is away', async () => {
    const alone = await startGateway({ LOGIN_NAME_LIMIT: '3', REDIS_URL: 'redis://127.0.0.1:1' });
    const there = identityAt(() => alone.url);
    await there.register({ username: 'lonely' });
    expect(await statuses(5, () => there.login('lonely'))).toEqual(Array(5).fill(200));
    expect(await statuses(4, () => there.login('lonely', 'wrong'))).toEqual([401, 401, 401, 429]);
    await alone.stop();
  });
});
