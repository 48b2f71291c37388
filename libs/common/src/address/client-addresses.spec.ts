import type { IncomingMessage } from 'node:http';
import { ClientAddresses } from './client-addresses.js';

const asked = (remoteAddress: string | undefined, forwardedFor?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  }) as unknown as IncomingMessage;

describe('who asks', () => {
  const addresses = new ClientAddresses(['203.0.113.80', '10.0.0.0/8', 'fc00::/7', '2001:db8::9']);

  it.each([
    ['203.0.113.80', '198.51.100.2'],
    ['::ffff:203.0.113.80', '198.51.100.2'],
    ['10.255.0.1', '198.51.100.2'],
    ['::ffff:10.0.0.1', '198.51.100.2'],
    ['fd12::1', '198.51.100.2'],
    ['2001:db8::9', '198.51.100.2'],
    ['203.0.113.81', '203.0.113.81'],
    ['11.0.0.1', '11.0.0.1'],
    ['2001:db8::8', '2001:db8::8'],
  ])('over a connection from %s is %s', (remote, client) => {
    expect(addresses.of(asked(remote, '198.51.100.2'))).toBe(client);
  });

  it('is nobody for a connection that is gone, and the same for a request whose headers are rewritten', () => {
    expect(addresses.of(asked(undefined, '198.51.100.2'))).toBe('');
    const request = asked('10.0.0.1', '198.51.100.2');
    addresses.of(request);
    request.headers['x-forwarded-for'] = '6.6.6.6';
    expect(addresses.of(request)).toBe('198.51.100.2');
  });

  it('is the connection’s own address where nobody is trusted', () => {
    expect(new ClientAddresses([]).of(asked('127.0.0.1', '198.51.100.2'))).toBe('127.0.0.1');
  });
});
