import { failureOf, isTraced, methodOf, requestName } from './tracing.rules.js';

describe('a request', () => {
  it.each(['/health', '/health/ready', '/health?full=1', '/metrics', '/socket.io/?EIO=4'])('%s has no span', (url) =>
    expect(isTraced(url)).toBe(false),
  );

  it.each(['/', '/conversations', '/healthy', '/api/v1/auth/login?next=/health'])('%s has one', (url) =>
    expect(isTraced(url)).toBe(true),
  );

  it('is named by its method and the template of its route', () => {
    expect(requestName('GET', '/conversations/:id')).toBe('GET /conversations/:id');
    expect(requestName('GET')).toBe('GET');
    expect(requestName(methodOf('BREW'), '/pot')).toBe('HTTP /pot');
    expect([methodOf('PATCH'), methodOf('BREW'), methodOf('get')]).toEqual(['PATCH', '_OTHER', '_OTHER']);
  });

  it('fails by what the server is to blame for', () => {
    expect([200, 304, 404, 429, 500, 503].map(failureOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '500',
      '503',
    ]);
  });
});
