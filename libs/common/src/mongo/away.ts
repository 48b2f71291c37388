import { mongo } from 'mongoose';

/** The driver's names, and ours, for "MongoDB does not answer just now". */
const NAMES = new Set([
  'OutOfPatience',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoOperationTimeoutError',
  'MongoNotConnectedError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
]);
/** What the driver says of an error that another primary, or the same one a moment later, would not have given. */
const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];
/** What a server answers that is no primary any more, or is about to stop: reads carry no label. */
const CODES = new Set<unknown>([91, 189, 10107, 11600, 11602, 13435, 13436]);

/** Whether an error says that MongoDB is away or between two primaries: the same question may succeed a moment later. */
export function isMongoAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (NAMES.has(error.name)) return true;
  return (
    error instanceof mongo.MongoError && (CODES.has(error.code) || LABELS.some((label) => error.hasErrorLabel(label)))
  );
}
