import { endToEnd } from './hops.rules.js';

describe('what is passed on', () => {
  it('is not what was said to the gateway only', () => {
    const hop = {
      connection: 'keep-alive, X-Secret ,te',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      trailer: 'x-sum',
      upgrade: 'h2c',
      'http2-settings': 'AAM',
      'x-secret': '1',
    };
    const end = { host: 'x', accept: '*/*', 'set-cookie': ['a=1', 'b=2'] };
    expect(endToEnd({ ...hop, ...end })).toEqual(end);
  });

  it('keeps what says where a message ends and whose it is, though Connection names it', () => {
    const kept = { 'content-length': '5', 'transfer-encoding': 'chunked', host: 'x', authorization: 'Bearer t' };
    const connection = 'close, Content-Length, transfer-encoding, HOST, authorization';
    expect(endToEnd({ ...kept, connection })).toEqual(kept);
  });
});
