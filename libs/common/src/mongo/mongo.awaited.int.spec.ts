import { startTestMongo, testMongo } from '@app/testing/engines.js';
import { mongoAnswers } from './mongo.awaited.js';

const warn = jest.fn();
const info = jest.fn();
const log = { warn, info };

beforeEach(() => jest.clearAllMocks());

const withPassword = (uri: string) => uri.replace('mongodb://', 'mongodb://ana:secret@');

describe('waiting for MongoDB', () => {
  it('ends at once, without a word, when it answers', async () => {
    await mongoAnswers(testMongo().uri, log);
    expect(warn).not.toHaveBeenCalled();
    expect(info).not.toHaveBeenCalled();
  });

  it('says what it waits for, once, and that it has come', async () => {
    const mongo = await startTestMongo();
    const { host } = new URL(mongo.uri);
    await mongo.kill();
    const answered = mongoAnswers(mongo.uri, log);
    while (warn.mock.calls.length === 0) await new Promise((done) => setTimeout(done, 50));
    await mongo.restart();
    await answered;
    expect(warn.mock.calls).toEqual([
      [{ mongodb: host, reason: expect.stringContaining('ECONNREFUSED') }, 'waiting for MongoDB'],
    ]);
    expect(info.mock.calls).toEqual([[{ mongodb: host }, 'MongoDB answers']]);
    await mongo.stop();
  });

  it.each([
    ['an address that is none', () => 'localhost:27017', 'Invalid scheme'],
    ['a wrong password', () => withPassword(testMongo().uri), 'MongoDB refuses its user: Authentication failed'],
  ])('does not wait for %s', async (_what, uri, says) => {
    await expect(mongoAnswers(uri(), log)).rejects.toThrow(`Settings are wrong:\n  MONGODB_URI: ${says}`);
    expect(warn).not.toHaveBeenCalled();
  });
});
