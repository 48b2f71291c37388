import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import mongoose from 'mongoose';
import { testMongo } from '@app/testing/engines.js';
import { mediaFileOf } from './manifest.ts';
import { openPlace, type Place } from './place.ts';
import { check, restore } from './restore.ts';
import { save } from './save.ts';

const { Decimal128, Double, Int32, Long, ObjectId, Timestamp, UUID } = mongoose.mongo.BSON;
const MEANT = { replace: false, connected: true };

let folder: string;
let place: Place;
let other: Place;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-backup-'));
  const opened = (name: string) =>
    openPlace({ uri: testMongo().uri, media: join(folder, name), withMedia: true, dataDir: '' });
  [place, other] = await Promise.all([opened('here'), opened('there')]);
});

afterEach(async () => {
  await Promise.all([place, other].map(({ db }) => db.dropDatabase()));
  await Promise.all([place.close(), other.close()]);
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);

/** Files of media and their records. */
async function keep(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => new ObjectId());
  for (const _id of ids) {
    const bytes = randomBytes(100_000);
    const file = mediaFileOf(at('here'), _id.toHexString());
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await place.db.collection('media').insertOne({ _id, sha256, size: bytes.length });
  }
  return ids.map(String);
}

const raw = async ({ db }: Place, name: string) =>
  Buffer.concat(
    (await db
      .collection(name)
      .find({}, { raw: true, sort: { _id: 1 } })
      .toArray()) as never,
  ).toString('hex');

describe('a backup', () => {
  it('brings every document back to the byte, with indexes and files', async () => {
    const values = { i: new Int32(7), d: new Double(7), l: Long.fromNumber(7), n: Decimal128.fromString('1.50') };
    const more = {
      t: new Timestamp({ t: 5, i: 6 }),
      u: new UUID(),
      b: Buffer.from('x'),
      r: /a+/i,
      z: null,
      at: new Date(),
    };
    await place.db.collection<{ _id: string }>('odd/name').insertOne({ _id: 'one', ...values, ...more });
    const many = Array.from({ length: 2500 }, (_, n) => ({ n, text: 'é'.repeat(n % 700) }));
    await place.db.collection('messages').insertMany(many);
    await place.db.collection('messages').createIndex({ n: 1 }, { unique: true, name: 'dense' });
    await place.db
      .collection('messages')
      .createIndex({ text: 1 }, { partialFilterExpression: { text: { $type: 'string' } } });
    // What is past its time is removed only by MongoDB itself.
    await place.db.collection('ledger').insertOne({ at: new Date(0) });
    await place.db.collection('ledger').createIndex({ at: 1 }, { expireAfterSeconds: 2_000_000_000 });
    await place.db.createCollection('changes');
    const ids = await keep(3);

    const saved = await save(place, at('backup'));
    expect(saved).toMatchObject({ wrong: [], media: { files: 3, bytes: 300_000 } });
    await restore(other, at('backup'), MEANT);
    for (const name of ['odd/name', 'messages', 'ledger', 'changes', 'media']) {
      expect(await raw(other, name)).toBe(await raw(place, name));
      const indexes = await place.db.collection(name).listIndexes().toArray();
      expect(await other.db.collection(name).listIndexes().toArray()).toEqual(indexes);
    }
    for (const id of ids) {
      const [was, is] = await Promise.all(['here', 'there'].map((name) => readFile(mediaFileOf(at(name), id))));
      expect(is?.equals(was as Buffer)).toBe(true);
    }
    expect((await stat(at('backup'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(at('backup'), 'messages.bson.gz'))).mode & 0o777).toBe(0o600);
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const [ones, twos] = [place.db.collection('a'), place.db.collection('z')];
    let written = 0;
    let on = true;
    const writing = (async () => {
      while (on) {
        // Always the first before the second: seen at one moment, there are never more twos.
        await ones.insertOne({ n: ++written });
        await twos.insertOne({ n: written });
      }
    })();
    while (written < 50) await new Promise((done) => setTimeout(done, 1));
    const { collections } = await save(place, at('backup'));
    on = false;
    await writing;
    const counts = collections.map(({ documents }) => documents);
    expect((counts[0] as number) - (counts[1] as number)).toBeLessThanOrEqual(1);
    expect(counts[1]).toBeLessThanOrEqual(counts[0] as number);
  });

  it('says which files are missing or changed, and is one all the same', async () => {
    const [gone = '', changed = ''] = await keep(3);
    await rm(mediaFileOf(at('here'), gone));
    await writeFile(mediaFileOf(at('here'), changed), 'x');
    const { wrong, media } = await save(place, at('backup'));
    expect(wrong.sort()).toEqual([gone, changed].sort());
    expect(media?.files).toBe(1);
    await expect(check(at('backup'))).resolves.toBeTruthy();
  });

  it('leaves nothing behind when it fails', async () => {
    await keep(1);
    await mkdir(at('backup'));
    await writeFile(join(at('backup'), 'mine'), '');
    await expect(save(place, at('backup'))).rejects.toThrow('ENOTEMPTY');
    expect(await readdir(folder)).toEqual(expect.not.arrayContaining(['backup.part']));
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    await place.db.collection('messages').insertMany(Array.from({ length: 100 }, (_, n) => ({ n, text: 'hello' })));
    await keep(1);
    await save(place, at('backup'));
  });

  it('refuses a database that is not empty, unless what is there is to be lost', async () => {
    await other.db.collection('users').insertOne({ name: 'Ana' });
    const refused = restore(other, at('backup'), MEANT);
    await expect(refused).rejects.toThrow('is not empty (users): --replace loses what is in it');
    expect(await other.db.collection('users').countDocuments()).toBe(1);
    await restore(other, at('backup'), { ...MEANT, replace: true });
    expect(await other.db.collection('users').countDocuments()).toBe(0);
    expect(await other.db.collection('messages').countDocuments()).toBe(100);
  });

  it('refuses while a service is connected, which would go on with what it has in mind', async () => {
    const chat = new mongoose.mongo.MongoClient(testMongo().uri, { appName: 'chat' });
    await chat.connect();
    await chat.db().command({ ping: 1 });
    const refused = restore(other, at('backup'), { ...MEANT, connected: false });
    await expect(refused).rejects.toThrow(/chat.* would go on in .*: stop all services first/);
    await chat.close();
  });

  it.each([
    ['that was cut short', (bytes: Buffer) => bytes.subarray(0, -20)],
    ['whose bytes have changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 40), bytes.subarray(41)])],
  ])('refuses a backup %s, before anything is touched', async (_what, damage) => {
    await other.db.collection('users').insertOne({ name: 'Ana' });
    const file = join(at('backup'), 'messages.bson.gz');
    await writeFile(file, damage(await readFile(file)));
    await expect(restore(other, at('backup'), { ...MEANT, replace: true })).rejects.toThrow();
    expect(await other.db.collection('users').countDocuments()).toBe(1);
  });

  it('refuses one whose documents or files are not those that were saved', async () => {
    const [file = ''] = (await readdir(join(at('backup'), 'media'), { recursive: true })).filter(
      (name) => name.length > 24,
    );
    const bytes = await readFile(join(at('backup'), 'media', file));
    await writeFile(join(at('backup'), 'media', file), 'x');
    await expect(check(at('backup'))).rejects.toThrow('Files of media are missing or changed');
    await writeFile(join(at('backup'), 'media', file), bytes);
    const manifest = join(at('backup'), 'manifest.json');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replaceAll(/"documents": 100/g, '"documents": 101'));
    await expect(check(at('backup'))).rejects.toThrow('messages has 100 documents that are not the 101 saved ones');
    await expect(check(folder)).rejects.toThrow('is no backup');
  });
});
