import { mongo } from 'mongoose';
import { isMongoAway } from './away.js';
import { OutOfPatience } from './patience.js';

const answered = (code: number, ...errorLabels: string[]) =>
  new mongo.MongoServerError({ message: 'as the server says', code, errorLabels });

describe('MongoDB is away', () => {
  it.each([
    ['when it does not answer in time', new OutOfPatience('late')],
    ['when its connection breaks', new mongo.MongoNetworkError('gone')],
    ['when the one that was asked is no primary any more', answered(10107)],
    ['when it is about to stop', answered(11600)],
    ['when a write may be tried again', answered(64, 'RetryableWriteError')],
    ['when a transaction may be tried again', answered(251, 'TransientTransactionError')],
  ])('%s', (_when, error) => {
    expect(isMongoAway(error)).toBe(true);
  });

  it.each([
    ['when it refuses', answered(11000)],
    ['when something else is wrong', new TypeError('ours')],
    ['when nothing is known', undefined],
  ])('but not %s', (_when, error) => {
    expect(isMongoAway(error)).toBe(false);
  });
});
