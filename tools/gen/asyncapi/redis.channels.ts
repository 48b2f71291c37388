import type { EventType } from '../../../libs/contracts/src/events.ts';
import { keys } from '../../../libs/common/src/redis/keys.ts';
import { type ChannelObject, type MessageObject, type OperationObject, type Part, ref } from './document.types.ts';
import type { JsonSchema } from './json.schema.ts';
import { published } from './redis.samples.ts';
import { onChannels, onStreams, when } from './text.ts';

/** The two ways that an event of a type goes. */
const WAYS = [
  { name: 'stream', address: keys.eventStream, description: onStreams },
  { name: 'channel', address: keys.eventChannel, description: onChannels },
] as const;

/** What is published on Redis; `payloads` has the schema of each type's CloudEvent. */
export function redisChannels(payloads: Record<EventType, JsonSchema>): Part {
  const channels: Record<string, ChannelObject> = {};
  const operations: Record<string, OperationObject> = {};
  const messages: Record<string, MessageObject> = {};
  for (const type of Object.keys(published) as EventType[]) {
    messages[type] = {
      name: type,
      title: type,
      contentType: 'application/cloudevents+json',
      payload: payloads[type],
      examples: [{ payload: published[type] }],
    };
    for (const { name, address, description } of WAYS) {
      const id = `redis.${name}.${type}`;
      const title = `The ${name} of ${type}`;
      const [servers, message] = [[ref('servers', 'redis')], ref('components', 'messages', type)];
      channels[id] = { address: address(type), title, description, servers, messages: { [type]: message } };
      operations[`${name}.${type}`] = {
        action: 'send',
        channel: ref('channels', id),
        title: type,
        summary: when[type],
        tags: [{ name: `Redis ${name}` }],
        messages: [ref('channels', id, 'messages', type)],
      };
    }
  }
  return { channels, operations, messages };
}
