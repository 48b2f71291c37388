import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { FieldMetadata, Shape } from './socket.table.ts';

/** A field as the page shows it. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  about: string;
}

const ownFields = (shape: Shape): Record<string, FieldMetadata> =>
  Object.hasOwn(shape, '_OPENAPI_METADATA_FACTORY') ? (shape._OPENAPI_METADATA_FACTORY?.() ?? {}) : {};

const parentOf = (shape: Shape): Shape | undefined => {
  const parent = Object.getPrototypeOf(shape) as Shape | null;
  return parent && parent.name !== '' ? parent : undefined;
};

function typeName(type: unknown): string {
  if (Array.isArray(type)) return `${typeName(type[0])}[]`;
  const shape = type as Shape;
  if ([String, Number, Boolean].includes(type as never)) return shape.name.toLowerCase();
  const parts = fieldsOf(shape).map(({ name, required }) => (required ? name : `${name}?`));
  return `{ ${parts.join(', ')} }`;
}

/** The fields of a shape, its own before the inherited ones. */
export function fieldsOf(shape: Shape): Field[] {
  const own = Object.entries(ownFields(shape)).map(([name, { type, required, description = '' }]) => ({
    name,
    type: typeName(type()),
    required,
    about: description,
  }));
  const parent = parentOf(shape);
  const inherited = parent ? fieldsOf(parent).filter(({ name }) => !own.some((field) => field.name === name)) : [];
  return [...own, ...inherited];
}

/** Class → its sentence in the source, for the classes of one file. */
export function sentencesOf(file: string): Map<string, string> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const classes = source.statements.filter(ts.isClassDeclaration);
  return new Map(
    classes.map((found) => {
      const said = ts.getJSDocCommentsAndTags(found).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
      return [found.name?.text ?? '', said.join(' ')];
    }),
  );
}
