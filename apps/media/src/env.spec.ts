import { readEnv } from '@app/common/env/env.js';
import { settings } from './env.js';

const NEEDED = { MONGODB_URI: 'mongodb://localhost/parley', JWT_SECRET: 'x'.repeat(32) };
const read = (given: Record<string, string>) => readEnv(settings, { ...NEEDED, ...given });

describe('the settings of the media service', () => {
  it('accept 10 MB at port 3007 when nothing is said', () => {
    expect(read({})).toMatchObject({ PORT: 3007, MEDIA_MAX_BYTES: 10_485_760, PUBLIC_URL: 'http://localhost:3000' });
  });

  it('take a list of types', () => {
    expect(read({ MEDIA_TYPES: 'image/png, Audio/FLAC' }).MEDIA_TYPES).toEqual(['image/png', 'audio/flac']);
  });

  it.each(['image/svg+xml', 'text/html', 'application/xml', 'text/vtt', 'image/jpg', ''.padEnd(3, ',')])(
    'refuse a list of types with %s in it',
    (type) => expect(() => read({ MEDIA_TYPES: `image/png,${type}` })).toThrow(/MEDIA_TYPES: cannot be accepted/),
  );

  it('take an address without its last slash, and nothing but http', () => {
    expect(read({ PUBLIC_URL: 'https://chat.example/' }).PUBLIC_URL).toBe('https://chat.example');
    expect(() => read({ PUBLIC_URL: 'ftp://chat.example' })).toThrow(/PUBLIC_URL/);
  });
});
