import { type About, childSpan, type Span } from '../tracing/tracing.js';
import type { Entry } from './stream.group.js';

const PUBLISHING: About = {
  name: 'publish',
  kind: 'producer',
  attributes: {
    'messaging.system': 'redis',
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
  },
};

const PROCESSING: About = {
  name: 'process',
  kind: 'consumer',
  attributes: {
    'messaging.system': 'redis',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
  },
};

/** The span of an event on its way to a stream, where what it tells of is traced. */
export function publishingSpan(stream: string, eventId: string): Span | undefined {
  const span = childSpan(PUBLISHING);
  span?.rename(`publish ${stream}`);
  span?.note({ 'messaging.destination.name': stream, 'messaging.message.id': eventId });
  return span;
}

/** Where and with whom an event is handled. */
export interface Processing {
  stream: string;
  group: string;
  /** How many are handled together. */
  batch: number;
}

/** The span of an event's handling, which goes on with the trace that it came with. */
export function processingSpan(
  { traceparent }: Entry,
  eventId: string,
  { stream, group, batch }: Processing,
): Span | undefined {
  if (traceparent === undefined) return undefined;
  const span = childSpan(PROCESSING, traceparent);
  span?.rename(`process ${stream}`);
  span?.note({
    'messaging.destination.name': stream,
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': batch,
    'messaging.message.id': eventId,
  });
  return span;
}
