import { addressesOf, type Resolve } from './names.js';

const known: Record<string, string[]> = { chat: ['10.0.0.2', '10.0.0.1'], six: ['2001:db8::1'] };
const resolve: Resolve = (name) =>
  known[name] ? Promise.resolve(known[name]) : Promise.reject(new Error('ENOTFOUND'));

describe('the addresses behind a url', () => {
  it.each([
    ['http://chat:3005', ['http://10.0.0.2:3005', 'http://10.0.0.1:3005']],
    ['http://chat', ['http://10.0.0.2', 'http://10.0.0.1']],
    ['http://chat:3005/deep', ['http://10.0.0.2:3005/deep', 'http://10.0.0.1:3005/deep']],
    ['http://six:3005', ['http://[2001:db8::1]:3005']],
    ['http://127.0.0.1:3005', ['http://127.0.0.1:3005']],
    ['http://[::1]:3005', ['http://[::1]:3005']],
    ['https://chat:3005', ['https://chat:3005']],
    ['http://unknown:3005', ['http://unknown:3005']],
  ])('%s are %j', async (url, addresses) => {
    expect(await addressesOf([url], resolve)).toEqual(addresses);
  });

  it('are each named once', async () => {
    expect(await addressesOf(['http://chat', 'http://10.0.0.1', 'http://chat'], resolve)).toEqual([
      'http://10.0.0.2',
      'http://10.0.0.1',
    ]);
  });

  it('are of IPv4 where a name has both', async () => {
    expect(await addressesOf(['http://localhost:3005'])).toEqual(['http://127.0.0.1:3005']);
  });
});
