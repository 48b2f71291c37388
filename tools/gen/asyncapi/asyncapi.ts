import { join } from 'node:path';
import { ERRORS } from '../../../libs/contracts/src/errors.ts';
import type { EventType } from '../../../libs/contracts/src/events.ts';
import { built } from '../apps.ts';
import { type Document, table } from '../document.ts';
import type { Settings } from '../settings.page.ts';
import { renderLimits } from '../wire/limits.page.ts';
import { asked, heard, text } from '../wire/native.text.ts';
import { answers, events, inputs, others } from '../wire/samples.ts';
import { sentencesOf } from '../wire/shape.docs.ts';
import type { SocketTable } from '../wire/socket.table.ts';
import { chatChannel } from './chat.channel.ts';
import type { Part } from './document.types.ts';
import type { JsonSchema } from './json.schema.ts';
import { redisChannels } from './redis.channels.ts';
import { FAILURE } from './spoken.ts';
import { declaredType, type Sources, sourcesOf, tableTypes } from './table.types.ts';
import { about } from './text.ts';
import { TypeSchemas } from './type.schema.ts';

const EVENTS = 'libs/contracts/src/events.ts';
const KINDS = 'tools/gen/asyncapi/redis.samples.ts';
const socketFile = (dialect: string) => `apps/chat/src/dialects/${dialect}/socket.ts`;

const SERVERS = {
  gateway: {
    host: 'localhost:3000',
    protocol: 'socket.io',
    protocolVersion: '4',
    pathname: '/socket.io',
    title: 'The gateway',
    description: 'Socket.IO, over WebSocket or long polling. The channel is the namespace.',
    security: [{ $ref: '#/components/securitySchemes/bearer' }],
  },
  redis: {
    host: 'localhost:6379',
    protocol: 'redis',
    title: 'Redis or Valkey',
    description: "Inside, for services of your own; with the deployment's own password.",
  },
};

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    "In the handshake: `auth.token`, or the header `Authorization`. Parley's own, or one that your app signs.",
};

const codes = (): string => {
  const rows = Object.entries(ERRORS).map(([code, { retryable, says }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    says,
  ]);
  return `## Error codes\n\n${table(['Code', 'Retryable', 'Meaning'], rows)}`;
};

/** The CloudEvent of each type. */
function payloadsOf(sources: Sources, schemas: TypeSchemas): Record<EventType, JsonSchema> {
  const types = sources.checker.getPropertiesOfType(declaredType(sources, KINDS, 'Published'));
  return Object.fromEntries(
    types.map((type) => [type.name, schemas.of(sources.checker.getTypeOfSymbol(type))]),
  ) as Record<EventType, JsonSchema>;
}

async function partsOf(root: string, sources: Sources, schemas: TypeSchemas): Promise<Part[]> {
  const { DIALECTS } = await built<{ DIALECTS: SocketTable[] }>(root, 'apps/chat/src/dialects/dialects');
  const parts: Part[] = [];
  for (const dialect of DIALECTS) {
    const types = tableTypes(sources, socketFile(dialect.name), dialect.name);
    const sentences = sentencesOf(join(root, 'apps/chat/src/dialects', dialect.name, 'shapes.ts'));
    const examples = { events, others, answers, inputs: inputs[dialect.name] ?? {}, sentences, asked, heard };
    parts.push(await chatChannel({ dialect, types, schemas, examples }));
  }
  return [...parts, redisChannels(payloadsOf(sources, schemas))];
}

/** `asyncapi/events.json`: what is told over sockets and Redis, from the tables and types that tell it. */
export async function asyncApiOf(root: string, settings: Settings): Promise<Document> {
  const sources = sourcesOf(root, [socketFile('native'), EVENTS, KINDS]);
  const schemas = new TypeSchemas(sources.checker);
  schemas.of(declaredType(sources, 'libs/contracts/src/errors.ts', 'WireError'));
  const parts = await partsOf(root, sources, schemas);
  const limits = `## Limits\n\n${text.limits}\n\n${renderLimits(settings)}`;
  const description = [about, text.order, text.connection, limits, codes()].join('\n\n');
  const all = <K extends keyof Part>(key: K) => Object.assign({}, ...parts.map((part) => part[key])) as Part[K];
  const named = Object.entries({ ...schemas.named, Failure: FAILURE }).sort(([a], [b]) => (a < b ? -1 : 1));
  const document = {
    asyncapi: '3.1.0',
    info: { title: 'Parley events', version: '1', description, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: all('channels'),
    operations: all('operations'),
    components: {
      securitySchemes: { bearer: TOKEN },
      messages: all('messages'),
      schemas: Object.fromEntries(named),
    },
  };
  return { path: 'asyncapi/events.json', text: `${JSON.stringify(document, null, 2)}\n` };
}
