import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArrayMaxSize, IsMongoId, Length } from 'class-validator';
import { shapeSchema } from './shape.schema.ts';
import { declaredType, type Sources, sourcesOf, tableTypes } from './table.types.ts';
import { TypeSchemas } from './type.schema.ts';

const FILES = {
  'tsconfig.json': '{ "compilerOptions": { "strict": true, "module": "nodenext", "types": [] } }',
  'libs/contracts/src/shapes.ts': `
    /** Somebody. */
    export interface Person { id: string; role: 'owner' | 'member' }
    export interface Said<T> { type: T; at: string }`,
  'apps/chat/table.ts': `
    import type { Person, Said } from '../../libs/contracts/src/shapes.js';
    declare const row: (verb: string, shape: object, reply: (data: Person) => { data: unknown; says?: [string, object] }) => object;
    export const native = {
      hears: {
        join: row('join', {}, (data) => ({ data: [data], says: ['joined', { who: data }] })),
        typing: row('typing', {}, () => ({ data: null })),
      },
      says: {
        'was.said': (event: Said<'it'>): [string, Said<'it'>] | null => ['said', event],
        quiet: () => null,
      },
    };
    export interface Odd {
      /** When it ended.
       * @format date-time */
      endedAt: string | null;
      on?: boolean;
      only: true;
      counts: Record<string, number>;
      person: Person | null;
    }
    export interface Wrong { run: symbol }`,
};

let root: string;
let sources: Sources;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-types-'));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  sources = sourcesOf(root, ['apps/chat/table.ts']);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const PERSON = { $ref: '#/components/schemas/Person' };

describe('types of the sources as JSON Schema', () => {
  it('are those of a table: what is answered, what answers too, what is said of an event', () => {
    const schemas = new TypeSchemas(sources.checker);
    const { replies, says } = tableTypes(sources, 'apps/chat/table.ts', 'native');
    expect(replies.join && schemas.of(replies.join.data)).toEqual({ type: 'array', items: PERSON });
    expect(replies.join?.says && schemas.of(replies.join.says)).toMatchObject({ properties: { who: PERSON } });
    expect(replies.typing && schemas.of(replies.typing.data)).toEqual({ type: 'null' });
    expect(says['was.said']?.map((type) => schemas.of(type))).toEqual([
      {
        type: 'object',
        properties: { type: { type: 'string', const: 'it' }, at: { type: 'string' } },
        required: ['type', 'at'],
      },
    ]);
    expect(says.quiet).toEqual([]);
  });

  it('have names where the contracts have them', () => {
    const schemas = new TypeSchemas(sources.checker);
    schemas.of(declaredType(sources, 'apps/chat/table.ts', 'Odd'));
    expect(schemas.named).toEqual({
      Person: {
        description: 'Somebody.',
        type: 'object',
        properties: { id: { type: 'string' }, role: { type: 'string', enum: ['owner', 'member'] } },
        required: ['id', 'role'],
      },
    });
  });

  it('say what may be missing or null, what is one value only, and what form a text has', () => {
    const odd = new TypeSchemas(sources.checker).of(declaredType(sources, 'apps/chat/table.ts', 'Odd'));
    expect(odd.required).toEqual(['endedAt', 'only', 'counts', 'person']);
    expect(odd.properties).toEqual({
      endedAt: { type: ['string', 'null'], description: 'When it ended.', format: 'date-time' },
      on: { type: 'boolean' },
      only: { type: 'boolean', const: true },
      counts: { type: 'object', additionalProperties: { type: 'integer' } },
      person: { anyOf: [PERSON, { type: 'null' }] },
    });
  });

  it('are refused where there is none', () => {
    const wrong = declaredType(sources, 'apps/chat/table.ts', 'Wrong');
    expect(() => new TypeSchemas(sources.checker).of(wrong)).toThrow('no JSON Schema of symbol');
  });
});

describe('a shape as JSON Schema', () => {
  class FileShape {
    static _OPENAPI_METADATA_FACTORY = () => ({ id: { type: () => String, required: true } });
    id: string;
  }
  IsMongoId()(FileShape.prototype, 'id');
  class SendShape {
    static _OPENAPI_METADATA_FACTORY = () => ({
      localId: { type: () => String, required: false, description: "The sender's." },
      files: { type: () => [FileShape], required: true },
      tags: { type: () => [String], required: false },
    });
  }
  Length(1, 128)(SendShape.prototype, 'localId');
  ArrayMaxSize(10)(SendShape.prototype, 'files');
  Length(1, 20, { each: true })(SendShape.prototype, 'tags');

  it('has what its validators ask for, and takes nothing else', () => {
    const id = { type: 'string', pattern: '^[0-9a-fA-F]{24}$' };
    expect(shapeSchema(SendShape)).toEqual({
      type: 'object',
      properties: {
        localId: { type: 'string', minLength: 1, maxLength: 128, description: "The sender's." },
        files: {
          type: 'array',
          maxItems: 10,
          items: { type: 'object', properties: { id }, required: ['id'], additionalProperties: false },
        },
        tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 20 } },
      },
      required: ['files'],
      additionalProperties: false,
    });
  });
});
