/** What the page needs of an OpenAPI document. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** One route. */
export interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  tags?: string[];
}

/** What a value looks like. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  nullable?: boolean;
  enum?: string[];
  default?: unknown;
  description?: string;
}

/** The name of the shape that a schema refers to. */
export function shapeName({ $ref, allOf, items }: Schema): string | undefined {
  const ref = $ref ?? allOf?.[0]?.$ref;
  return ref ? ref.split('/').at(-1) : items && shapeName(items);
}

/** A type as the page shows it. */
export function typeOf(schema: Schema, api: OpenApi): string {
  if (schema.items) return `${typeOf(schema.items, api)}[]`;
  const { nullable } = schema;
  const { properties, required = [], type = 'object', additionalProperties } = resolved(schema, api);
  const parts = Object.keys(properties ?? {}).map((name) => (required.includes(name) ? name : `${name}?`));
  const shown = parts.length > 0 ? `{ ${parts.join(', ')} }` : type;
  return `${additionalProperties ? `{ id: ${additionalProperties.type} }` : shown}${nullable ? ' or null' : ''}`;
}

/** The sample itself; throws when it has what the shape lacks, or lacks what the shape requires. */
export function checked(sample: unknown, schema: Schema, api: OpenApi): unknown {
  const { items } = schema;
  if (sample === null && schema.nullable) return sample;
  if (items && Array.isArray(sample)) return sample.map((one) => checked(one, items, api));
  const { properties, required = [], type = 'object' } = resolved(schema, api);
  if (properties)
    return checkedFields(Object(sample) as Fields, { properties, required, name: shapeName(schema) }, api);
  if (typeof sample === (type === 'integer' ? 'number' : type)) return sample;
  throw new Error(`a sample is no ${type}: ${JSON.stringify(sample)}`);
}

type Fields = Record<string, unknown>;

interface Shaped {
  name: string | undefined;
  properties: Record<string, Schema>;
  required: string[];
}

function checkedFields(fields: Fields, { name, properties, required }: Shaped, api: OpenApi): Fields {
  const missing = required.filter((field) => !(field in fields));
  const unknown = Object.keys(fields).filter((field) => !(field in properties));
  const wrong = [...missing, ...unknown];
  if (wrong.length > 0) throw new Error(`a sample of ${name ?? 'a shape'} is wrong in ${wrong.join(', ')}`);
  for (const [field, value] of Object.entries(fields)) checked(value, properties[field] ?? {}, api);
  return fields;
}

/** The schema that a reference means. */
export function resolved(schema: Schema, api: OpenApi): Schema {
  const name = schema.items ? undefined : shapeName(schema);
  return name === undefined ? schema : (api.components.schemas[name] ?? {});
}
