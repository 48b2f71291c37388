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
});
