import type { OpenAPIObject } from '@nestjs/swagger';

/** The shapes of a document, by their names. */
export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** A schema, or where it is. */
export type Schema = Schemas[string];
type Described = Exclude<Schema, { $ref: string }>;

/** The schema that is meant. */
export function resolved(schema: Schema, schemas: Schemas): Described {
  const only = '$ref' in schema ? schema : schema.allOf?.[0];
  if (!only || !('$ref' in only)) return schema as Described;
  const named = schemas[only.$ref.split('/').at(-1) ?? ''];
  if (!named) throw new Error(`nothing is at ${only.$ref}`);
  return resolved(named, schemas);
}

/** What is shown of a schema: the examples of its parts. Throws where a part that is always there has none. */
export function sampleOf(schema: Schema, schemas: Schemas, at: string): unknown {
  if (isShown(schema)) return schema.example;
  const meant = resolved(schema, schemas);
  if (isShown(meant)) return meant.example;
  const { items, properties, required = [] } = meant;
  if (properties) {
    // A field that may be missing is shown where it has an example of its own.
    const shown = Object.entries(properties).filter(
      ([name, part]) => required.includes(name) || isShown(part),
    );
    return Object.fromEntries(shown.map(([name, part]) => [name, sampleOf(part, schemas, `${at}.${name}`)]));
  }
  if (items) return [sampleOf(items, schemas, `${at}[]`)];
  throw new Error(`${at} has no example`);
}

function isShown(schema: Schema): schema is Described & { example: unknown } {
  return 'example' in schema && schema.example !== undefined;
}
