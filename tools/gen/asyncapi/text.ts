import type { EventType } from '../../../libs/contracts/src/events.ts';

/** What the document is about, before the parts that other pages have too. */
export const about = `What Parley tells, as it happens: to people's apps over Socket.IO, and to services of your own over Redis.
What is asked and answered once is [REST](/docs). An operation's name says whose it is: \`say.*\` a client says and is answered by an
ack, \`hear.*\` a client hears, \`stream.*\` and \`channel.*\` a service reads from Redis. This document is generated from the tables
that the servers run; as JSON it is [here](/docs/events/asyncapi.json).`;

/** When an event of a type is published. */
export const when: Record<EventType, string> = {
  'message.created': 'A message was kept, a system message too.',
  'message.updated': 'A message was edited.',
  'message.deleted': 'A message is a tombstone now.',
  'message.read': 'Somebody read on; everything up to a place.',
  'conversation.created': 'A conversation began.',
  'conversation.updated': 'Somebody came into a conversation, or left it.',
};

/** What a service may count on that reads a stream. */
export const onStreams = `A stream for consumer groups (\`XREADGROUP\`, \`XACK\`, \`XAUTOCLAIM\`), at least once: the same event may come twice, with the same
\`id\`. An entry has a field \`event\`, with this as JSON, and where traces are on \`traceparent\`. Entries older than 24 hours are trimmed.`;

/** What a service may count on that subscribes to a channel. */
export const onChannels =
  'A channel for `SUBSCRIBE`, which has what is published while you listen, and nothing else: this as JSON.';
