import { forwardedHeaders } from './forwarded.rules.js';

const plain = { host: 'chat.example:3000', accept: '*/*' };
const said = {
  'x-forwarded-for': '6.6.6.6, 198.51.100.2',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'public.example',
  'x-forwarded-port': '8443',
};
const stranger = { address: '203.0.113.7', believed: false, encrypted: false };
const proxy = { address: '198.51.100.2', believed: true, encrypted: false };

describe('what a service is told of where a request came from', () => {
  it('is what the gateway sees, whatever a stranger says', () => {
    const lies = { ...said, forwarded: 'for=6.6.6.6', 'x-real-ip': '6.6.6.6', 'x-forwarded-user': 'admin' };
    expect(forwardedHeaders({ ...plain, ...lies }, stranger)).toEqual({
      ...plain,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'chat.example:3000',
      'x-forwarded-port': '3000',
    });
  });

  it('is what a trusted proxy says, but for what that has from its client', () => {
    const lies = { forwarded: 'for=6.6.6.6', 'x-real-ip': '6.6.6.6', 'x-forwarded-user': 'admin' };
    expect(forwardedHeaders({ ...plain, ...said, ...lies }, proxy)).toEqual({
      ...plain,
      ...said,
      'x-forwarded-for': '198.51.100.2',
    });
  });

  it('has its place in a trace from a trusted proxy only, as services go on with it', () => {
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=b' };
    const headers = { ...plain, ...trace, baggage: 'user=ana' };
    expect(forwardedHeaders(headers, proxy)).toMatchObject(trace);
    expect(forwardedHeaders(headers, stranger)).toEqual(forwardedHeaders(plain, stranger));
  });

  it.each([
    ['proto', 'javascript'],
    ['proto', 'https, http'],
    ['host', 'a.example/x?'],
    ['host', 'a.example, b.example'],
    ['host', ''],
    ['port', '443<'],
  ])('does not take %s from a proxy that says %j', (name, value) => {
    const headers = { ...plain, [`x-forwarded-${name}`]: value };
    expect(forwardedHeaders(headers, proxy)).toEqual(forwardedHeaders(plain, proxy));
  });

  it('has the port that goes with the scheme where the host says none', () => {
    const to = (host: string, encrypted: boolean) => forwardedHeaders({ host }, { ...stranger, encrypted });
    expect(to('chat.example', true)).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' });
    expect(to('[2001:db8::1]', false)['x-forwarded-port']).toBe('80');
    expect(forwardedHeaders({ ...plain, 'x-forwarded-host': '[2001:db8::1]:81' }, proxy)['x-forwarded-port']).toBe(
      '81',
    );
  });
});
