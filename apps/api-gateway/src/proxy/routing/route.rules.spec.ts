import { ROUTES } from '../../routes.js';
import { wayOf } from './route.rules.js';

const way = (path: string, query = '') => {
  const found = wayOf(ROUTES, { path, query });
  return found && [found.route.to, found.url, found.route.auth];
};

describe('the table of routes', () => {
  it.each([
    ['/api/v1/chat/conversations', ['chat', '/conversations', 'bearer']],
    ['/api/v1/chat', ['chat', '/', 'bearer']],
    ['/api/v1/chat/', ['chat', '/', 'bearer']],
    ['/socket.io/', ['chat', '/socket.io/', 'public']],
    ['/api/v1/notifications', ['notification', '/notifications', 'bearer']],
    ['/api/v1/devices/phone-1', ['notification', '/devices/phone-1', 'bearer']],
    ['/api/v1/media/5/file', ['media', '/media/5/file', 'bearer']],
    ['/docs/media/openapi.json', ['media', '/api-json', 'public']],
    ['/docs', ['gateway', '/docs', 'public']],
    ['/docs/other/openapi.json', ['gateway', '/docs/other/openapi.json', 'public']],
    ['/api/v1/auth/login', ['gateway', '/api/v1/auth/login', 'public']],
    ['/health/ready', ['gateway', '/health/ready', 'public']],
    ['/', ['gateway', '/', 'public']],
  ])('sends %s on', (path, expected) => {
    expect(way(path)).toEqual(expected);
  });

  it('keeps the query as it came', () => {
    expect(way('/api/v1/chat', '?a=%2F&a=2')).toEqual(['chat', '/?a=%2F&a=2', 'bearer']);
  });

  it.each(['/apis', '/emulator', '/socket.ioo', '/API/v1/chat', '/Docs', '/metrics', '/healthy', '/index.html'])(
    'sends %s nowhere',
    (path) => {
      expect(way(path)).toBeUndefined();
    },
  );

  it('lets sockets through to one path only', () => {
    expect(ROUTES.filter(({ sockets }) => sockets).map(({ path }) => path)).toEqual(['/socket.io']);
  });
});
