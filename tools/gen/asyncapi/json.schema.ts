/** JSON Schema, draft 7, as far as the documents use it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** An object of these fields, of which those named are not always there. */
export function objectOf(properties: Record<string, JsonSchema>, optional: string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** What fits one of them; the same one twice is one. */
export function anyOf(schemas: JsonSchema[]): JsonSchema {
  const [first = {}, ...more] = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  return more.length === 0 ? first : { anyOf: [first, ...more] };
}

/** A reference to one of the document's own schemas. */
export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
