import { clientAddress, countedAs, plainAddress } from './address.rules.js';

const trusted = (address: string) => address === '127.0.0.1' || address.startsWith('10.') || address === '2001:db8::9';
const of = (remote: string, forwardedFor?: string) => clientAddress({ remote, forwardedFor }, trusted);

describe('an address', () => {
  it.each([
    ['198.51.100.2', '198.51.100.2'],
    [' 198.51.100.2:51234 ', '198.51.100.2'],
    ['::ffff:198.51.100.2', '198.51.100.2'],
    ['::FFFF:c633:6402', '198.51.100.2'],
    ['[::ffff:198.51.100.2]:443', '198.51.100.2'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
  ])('%s is spelled %s', (said, plain) => {
    expect(plainAddress(said)).toBe(plain);
  });

  it.each(['', 'unknown', '_hidden', 'localhost', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4.', '0x7f.1'])(
    'is not %j',
    (said) => {
      expect(plainAddress(said)).toBeUndefined();
    },
  );

  it.each(['::1::', '12345::', '[::1', '::1]/x', 'fe80::1%', '1.2.3.4:port', '2001:db8::1/64', '\u0000', '"1.2.3.4"'])(
    'is not %j either',
    (said) => {
      expect(plainAddress(said)).toBeUndefined();
    },
  );

  it('counts alone when it is of IPv4, with its /64 when it is of IPv6', () => {
    expect(countedAs('198.51.100.2')).toBe('198.51.100.2');
    expect(countedAs('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(countedAs('2001:db8::1')).toBe(countedAs('2001:db8::ffff:1'));
    expect(countedAs('2001:db8:0:1::1')).not.toBe(countedAs('2001:db8::1'));
    expect(countedAs('::1')).toBe('0:0:0:0::/64');
  });
});

describe('the address of a client', () => {
  it('is that of the connection, whatever a stranger says', () => {
    expect(of('203.0.113.7')).toBe('203.0.113.7');
    expect(of('203.0.113.7', '1.2.3.4')).toBe('203.0.113.7');
    expect(of('', '1.2.3.4')).toBe('');
  });

  it('is what the trusted proxies saw, and not what their client made up', () => {
    expect(of('127.0.0.1', '198.51.100.2')).toBe('198.51.100.2');
    expect(of('10.0.0.1', '6.6.6.6, 198.51.100.2, 10.0.0.9')).toBe('198.51.100.2');
    expect(of('::ffff:127.0.0.1', '2001:db8::1')).toBe('2001:db8::1');
    expect(of('127.0.0.1', '198.51.100.2:51234')).toBe('198.51.100.2');
    expect(of('127.0.0.1', '[2001:db8::1]:443, [2001:DB8::0:9]:80')).toBe('2001:db8::1');
  });

  it('is the outermost one known when all are trusted', () => {
    expect(of('127.0.0.1', '10.0.0.3, 10.0.0.4')).toBe('10.0.0.3');
    expect(of('127.0.0.1')).toBe('127.0.0.1');
    expect(of('127.0.0.1', ' , ')).toBe('127.0.0.1');
  });

  it('is not looked for behind what is no address', () => {
    expect(of('127.0.0.1', '1.2.3.4, unknown, 10.0.0.4')).toBe('10.0.0.4');
    expect(of('127.0.0.1', '1.2.3.4, <script>')).toBe('127.0.0.1');
    expect(of('127.0.0.1', '1.2.3.4,,')).toBe('127.0.0.1');
  });

  it('is found at the end of a list of any length', () => {
    expect(of('127.0.0.1', `${'6.6.6.6,'.repeat(10_000)}198.51.100.2`)).toBe('198.51.100.2');
    expect(of('127.0.0.1', `198.51.100.2${',10.0.0.1'.repeat(10_000)}`)).toBe('198.51.100.2');
  });
});
