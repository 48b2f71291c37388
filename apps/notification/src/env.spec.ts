import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv, type SettingsError } from '@app/common/env/env.js';
import { settings } from './env.js';

const needed = { MONGODB_URI: 'mongodb://localhost/parley', JWT_SECRET: 'x'.repeat(32) };

/** The names of the settings that are wrong. */
function wrong(given: Record<string, string>): string[] {
  try {
    readEnv(settings, { ...needed, ...given });
    return [];
  } catch (error) {
    return (error as SettingsError).problems.map((problem) => problem.split(':')[0] ?? '');
  }
}

describe('the settings of the notification service', () => {
  it('need nothing for pushes; port and bounds have defaults', () => {
    expect(readEnv(settings, needed)).toMatchObject({ PORT: 3006, PUSH_CONCURRENCY: 32, FCM_EMULATOR_HOST: undefined });
  });

  it('take an emulator as host and port', () => {
    expect(wrong({ FCM_EMULATOR_HOST: 'localhost:9098' })).toEqual([]);
    expect(wrong({ FCM_EMULATOR_HOST: '[::1]:9098' })).toEqual([]);
    expect(wrong({ FCM_EMULATOR_HOST: 'http://localhost:9098' })).toEqual(['FCM_EMULATOR_HOST']);
    expect(wrong({ FCM_EMULATOR_HOST: 'localhost' })).toEqual(['FCM_EMULATOR_HOST']);
  });

  it('take a file that can be read and holds credentials', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-env-'));
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const [good, bad] = [file('good.json', '{"type":"service_account"}'), file('bad.json', '{"type"')];
    expect(wrong({ FIREBASE_SERVICE_ACCOUNT: good, GOOGLE_APPLICATION_CREDENTIALS: good })).toEqual([]);
    expect(wrong({ FIREBASE_SERVICE_ACCOUNT: join(folder, 'none.json') })).toEqual(['FIREBASE_SERVICE_ACCOUNT']);
    expect(wrong({ GOOGLE_APPLICATION_CREDENTIALS: bad })).toEqual(['GOOGLE_APPLICATION_CREDENTIALS']);
    await rm(folder, { recursive: true });
  });

  describe('of APNs', () => {
    const ids = { APNS_KEY_ID: 'ABC123DEFG', APNS_TEAM_ID: 'DEF123GHIJ', APNS_TOPIC: 'com.example.app' };
    let folder: string;
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const keyOf = (namedCurve: string) =>
      generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'parley-env-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('come together, and are in production unless said', () => {
      const APNS_KEY_FILE = file('right.p8', keyOf('P-256'));
      expect(wrong({ APNS_KEY_FILE, ...ids })).toEqual([]);
      expect(readEnv(settings, { ...needed, APNS_KEY_FILE, ...ids })).toMatchObject({
        APNS_PRODUCTION: true,
        APNS_PORT: 443,
      });
      expect(wrong({ APNS_KEY_FILE })).toEqual(['APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC']);
      expect(wrong(ids)).toEqual(['APNS_KEY_FILE']);
      expect(wrong({ APNS_HOST: 'localhost' })).toEqual(['APNS_KEY_FILE']);
    });

    it('name a key that Apple could have given', () => {
      const says = (path: string) => {
        try {
          readEnv(settings, { ...needed, ...ids, APNS_KEY_FILE: path });
          return 'nothing';
        } catch (error) {
          return (error as SettingsError).message;
        }
      };
      expect(says(join(folder, 'none.p8'))).toContain('APNS_KEY_FILE: must be the path of a readable file');
      expect(says(file('text.p8', 'no key'))).toContain('APNS_KEY_FILE: must be the path of a private key (PEM)');
      expect(says(file('curve.p8', keyOf('P-384')))).toContain('APNS_KEY_FILE: must be the path of an elliptic key');
    });

    it('are spelled as Apple spells them', () => {
      const given = { APNS_KEY_FILE: file('right.p8', keyOf('P-256')), ...ids };
      const wrongOnes = { APNS_KEY_ID: 'abc', APNS_TEAM_ID: 'DEF-123-GH', APNS_TOPIC: 'my app', APNS_PORT: '0' };
      expect(wrong({ ...given, ...wrongOnes })).toEqual(Object.keys(wrongOnes));
      expect(wrong({ ...given, APNS_CA_FILE: file('ca.pem', 'no certificate') })).toEqual(['APNS_CA_FILE']);
      expect(wrong({ ...given, APNS_PRODUCTION: 'perhaps' })).toEqual(['APNS_PRODUCTION']);
    });
  });
});
