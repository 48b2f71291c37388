import { startGateway } from '../gateway.suite.js';

let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${gateway.url}${path}`, { headers });

describe('the page of sockets and events', () => {
  it('brings all that it asks for, to whoever comes, and lets nothing else in', async () => {
    const page = await get('/docs/events');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    const text = await page.text();
    expect(text).not.toMatch(/https?:/);
    const parts = [...text.matchAll(/(?:href|src)="(\/docs\/events\/[^"]+)"/g)].map(([, path = '']) => path);
    const types = await Promise.all(parts.map(async (path) => (await get(path)).headers.get('content-type')));
    expect(types.map((type) => type?.split(';')[0])).toEqual([
      'text/css',
      'text/css',
      'text/javascript',
      'text/javascript',
    ]);
  });

  it('has the document of all events as JSON', async () => {
    const answer = await get('/docs/events/asyncapi.json');
    expect(answer.headers.get('content-type')).toContain('application/json');
    const { asyncapi, channels } = (await answer.json()) as { asyncapi: string; channels: object };
    expect(asyncapi).toMatch(/^3\./);
    expect(Object.keys(channels)).toEqual(expect.arrayContaining(['chat', 'redis.stream.message.created']));
  });

  it.each(['asyncapi.json', 'component.js', 'component.css', 'page.js', 'page.css'])(
    'sends %s again only when it has changed',
    async (name) => {
      const first = await get(`/docs/events/${name}`);
      const etag = first.headers.get('etag') ?? '';
      expect(first.headers.get('cache-control')).toBe('no-cache');
      // Fetch puts `no-cache` on what has a condition unless it is told how to cache; that would ask for all of it.
      const again = await get(`/docs/events/${name}`, { 'if-none-match': etag, 'cache-control': 'max-age=0' });
      expect([again.status, (await again.text()).length]).toEqual([304, 0]);
    },
  );

  it('has no other parts', async () => {
    const answer = await get('/docs/events/main.js');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ success: false, code: 'NOT_FOUND' });
  });
});
