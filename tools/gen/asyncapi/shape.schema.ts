import { getMetadataStorage } from 'class-validator';
import type { FieldMetadata, Shape } from '../wire/socket.table.ts';
import { type JsonSchema, objectOf } from './json.schema.ts';

/** A validator's name → what it says in JSON Schema; what it says of each entry is said of the items. */
const KEYWORDS: Record<string, (constraints: number[]) => JsonSchema> = {
  isMongoId: () => ({ pattern: '^[0-9a-fA-F]{24}$' }),
  isLength: ([minLength = 0, maxLength]) => ({ minLength, ...(maxLength !== undefined && { maxLength }) }),
  maxLength: ([maxLength = 0]) => ({ maxLength }),
  arrayMinSize: ([minItems = 0]) => ({ minItems }),
  arrayMaxSize: ([maxItems = 0]) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** What the Swagger plugin has written down of a shape's fields, those that it inherits too. */
function fieldsOf(shape: Shape | null): Record<string, FieldMetadata> {
  if (!shape || shape.name === '') return {};
  const own = Object.hasOwn(shape, '_OPENAPI_METADATA_FACTORY') ? shape._OPENAPI_METADATA_FACTORY?.() : {};
  // Its own come first; of two of one name, its own holds.
  return { ...own, ...fieldsOf(Object.getPrototypeOf(shape) as Shape | null), ...own };
}

function typeOf(type: unknown): JsonSchema {
  if (Array.isArray(type)) return { type: 'array', items: typeOf(type[0]) };
  if ([String, Number, Boolean].includes(type as never)) return { type: (type as Shape).name.toLowerCase() };
  return shapeSchema(type as Shape);
}

/** A field's schema, with what its validators ask for. */
function validated(shape: Shape, field: string, schema: JsonSchema): JsonSchema {
  const found = getMetadataStorage().getTargetValidationMetadatas(shape as never, '', false, false);
  let { items, ...whole } = schema;
  for (const { name = '', constraints = [], each, propertyName } of found) {
    const keywords = propertyName === field && KEYWORDS[name]?.(constraints as number[]);
    if (!keywords) continue;
    if (each) items = { ...items, ...keywords };
    else whole = { ...whole, ...keywords };
  }
  return { ...whole, ...(items && { items }) };
}

/** What a client may send as this shape; other fields are refused. */
export function shapeSchema(shape: Shape): JsonSchema {
  const fields = Object.entries(fieldsOf(shape));
  const properties = fields.map(([name, { type, description }]) => {
    const schema = validated(shape, name, typeOf(type()));
    return [name, { ...schema, ...(description !== undefined && { description }) }] as const;
  });
  const optional = fields.filter(([, { required }]) => !required).map(([name]) => name);
  return { ...objectOf(Object.fromEntries(properties), optional), additionalProperties: false };
}
