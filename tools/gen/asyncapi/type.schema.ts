import ts from 'typescript';
import { anyOf, type JsonSchema, objectOf, schemaRef } from './json.schema.ts';

/** Types with a name that clients know. */
const CONTRACTS = /libs\/contracts\/src\//;

const has = (type: ts.Type, flags: ts.TypeFlags): boolean => (type.flags & flags) !== 0;

/** Nothing that is told has a fraction. */
const PLAIN = [
  [ts.TypeFlags.String, 'string'],
  [ts.TypeFlags.Number, 'integer'],
  [ts.TypeFlags.Null, 'null'],
] as const;

/** Says types of the sources as JSON Schema; what the contracts name becomes a schema of its own. */
export class TypeSchemas {
  /** Name → schema, of all that was referred to so far. */
  readonly named: Record<string, JsonSchema> = {};
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  of(type: ts.Type): JsonSchema {
    if (type.isUnion()) return this.#union(type.types);
    if (type.isStringLiteral()) return { type: 'string', const: type.value };
    if (has(type, ts.TypeFlags.BooleanLiteral)) {
      return { type: 'boolean', const: this.#checker.typeToString(type) === 'true' };
    }
    const [plain] = PLAIN.filter(([flag]) => has(type, flag));
    if (plain) return { type: plain[1] };
    if (this.#checker.isArrayType(type)) return { type: 'array', items: this.#items(type as ts.TypeReference) };
    if (has(type, ts.TypeFlags.Object)) return this.#reference(type) ?? this.#object(type);
    throw new Error(`no JSON Schema of ${this.#checker.typeToString(type)}`);
  }

  #items(type: ts.TypeReference): JsonSchema {
    const [element] = this.#checker.getTypeArguments(type);
    return element ? this.of(element) : {};
  }

  #union(types: ts.Type[]): JsonSchema {
    const there = types.filter((type) => !has(type, ts.TypeFlags.Undefined));
    const isNull = (type: ts.Type) => has(type, ts.TypeFlags.Null);
    const schemas = there.filter((type) => !isNull(type)).map((type) => this.of(type));
    const one = joined(schemas);
    if (!there.some(isNull)) return one;
    if (typeof one.type === 'string' && !one.enum) return { ...one, type: [one.type, 'null'] };
    return anyOf([one, { type: 'null' }]);
  }

  /** A reference to an interface of the contracts; one of its kinds only, as `CloudEvent<…>` is, has no name. */
  #reference(type: ts.Type): JsonSchema | undefined {
    const [declaration] = type.symbol.declarations ?? [];
    const known = declaration && ts.isInterfaceDeclaration(declaration) && !declaration.typeParameters;
    if (!known || !CONTRACTS.test(declaration.getSourceFile().fileName)) return undefined;
    const { name } = type.symbol;
    if (!(name in this.named)) this.named[name] = { ...this.#said(type.symbol), ...this.#object(type) };
    return schemaRef(name);
  }

  #object(type: ts.Type): JsonSchema {
    const values = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values) return { type: 'object', additionalProperties: this.of(values) };
    const fields = this.#checker.getPropertiesOfType(type);
    const properties = fields.map((field) => [field.name, this.#field(field)] as const);
    const optional = fields.filter((field) => (field.flags & ts.SymbolFlags.Optional) !== 0);
    return objectOf(
      Object.fromEntries(properties),
      optional.map(({ name }) => name),
    );
  }

  #field(field: ts.Symbol): JsonSchema {
    const schema = this.of(this.#checker.getTypeOfSymbol(field));
    // Beside a reference, draft 7 reads nothing.
    return schema.$ref === undefined ? { ...schema, ...this.#said(field) } : schema;
  }

  /** What the source says of it: its sentence, and the tag `@format`. */
  #said(symbol: ts.Symbol): JsonSchema {
    const description = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    const [format] = symbol.getJsDocTags(this.#checker).filter(({ name }) => name === 'format');
    return {
      ...(description !== '' && { description: description.replaceAll(/\{@link (\w+)\}/g, '$1') }),
      ...(format && { format: ts.displayPartsToString(format.text) }),
    };
  }
}

/** Literals of one type are an enum, true and false are a boolean. */
function joined(schemas: JsonSchema[]): JsonSchema {
  const types = new Set(schemas.map(({ type }) => type));
  if (schemas.length < 2 || !schemas.every((schema) => 'const' in schema)) return anyOf(schemas);
  if (types.size === 1 && types.has('boolean')) return { type: 'boolean' };
  return { type: [...types].flatMap((type) => type ?? [])[0] ?? 'string', enum: schemas.map((schema) => schema.const) };
}
