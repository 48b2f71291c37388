import { addressOf } from './path.rules.js';

describe('the one reading of an address', () => {
  it.each([
    ['/', '/', ''],
    ['/api/v1/chat/conversations?limit=5&before=a%2Fb', '/api/v1/chat/conversations', '?limit=5&before=a%2Fb'],
    ['/messages/1/reactions/%23%EF%B8%8F', '/messages/1/reactions/%23%EF%B8%8F', ''],
    ['/a/..b/c..d/.well-known', '/a/..b/c..d/.well-known', ''],
    ['/a?//../%2e', '/a', '?//../%2e'],
  ])('reads %s', (url, path, query) => {
    expect(addressOf(url)).toEqual({ path, query });
  });

  it.each([
    '//api/v1/chat',
    '/docs//api',
    '/docs/../api',
    '/docs/./api',
    '/docs/..',
    '/docs/%2e%2e/api',
    '/docs/%2E./api',
    '/docs%2fapi',
    '/docs%5Capi',
    '/docs\\api',
    '/docs%00',
    '/docs%zz',
    '/docs%',
    '/docs#x',
    '/dócs',
    'http://elsewhere/docs',
    '*',
    '',
  ])('refuses %s', (url) => {
    expect(() => addressOf(url)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
