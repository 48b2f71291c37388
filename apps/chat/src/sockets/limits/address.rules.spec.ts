import { clientAddress } from './address.rules.js';

const trusted = (address: string) => address === '127.0.0.1' || address.startsWith('10.');
const of = (remote: string, forwardedFor?: string) => clientAddress({ remote, forwardedFor }, trusted);

describe('the address of a client', () => {
  it('is that of the connection, whatever a stranger says', () => {
    expect(of('203.0.113.7')).toBe('203.0.113.7');
    expect(of('203.0.113.7', '1.2.3.4')).toBe('203.0.113.7');
  });

  it('is what the trusted proxies saw, and not what their client made up', () => {
    expect(of('127.0.0.1', '198.51.100.2')).toBe('198.51.100.2');
    expect(of('10.0.0.1', '6.6.6.6, 198.51.100.2, 10.0.0.9')).toBe('198.51.100.2');
    expect(of('::ffff:127.0.0.1', '2001:db8::1')).toBe('2001:db8::1');
    expect(of('127.0.0.1', '198.51.100.2:51234')).toBe('198.51.100.2');
    expect(of('127.0.0.1', '[2001:db8::1]:443')).toBe('2001:db8::1');
  });

  it('is the outermost one known when all are trusted', () => {
    expect(of('127.0.0.1', '10.0.0.3, 10.0.0.4')).toBe('10.0.0.3');
    expect(of('127.0.0.1')).toBe('127.0.0.1');
    expect(of('127.0.0.1', ' , ')).toBe('127.0.0.1');
  });
});
