import { join } from 'node:path';
import ts from 'typescript';

/** The sources that say what is told: a dialect's table, and the contracts. */
export interface Sources {
  checker: ts.TypeChecker;
  program: ts.Program;
}

/** The files, with whatever they import, ready to be asked for types. */
export function sourcesOf(root: string, files: string[]): Sources {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, files, include: [] }, ts.sys, root);
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    { ...options, noEmit: true, incremental: false },
  );
  return { program, checker: program.getTypeChecker() };
}

/** The type that a file declares under this name. */
export function declaredType({ program, checker }: Sources, file: string, name: string): ts.Type {
  const found = statementsOf(program, file).find(
    (one) => (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && one.name.text === name,
  ) as ts.InterfaceDeclaration | ts.TypeAliasDeclaration | undefined;
  if (!found) throw new Error(`${file} declares no type ${name}`);
  return checker.getTypeAtLocation(found.name);
}

/** What a dialect's table gives away in types: what each request is answered, what is said of each domain event. */
export interface TableTypes {
  /** Wire event → the ack's `data`, and the event that answers too. */
  replies: Record<string, { data: ts.Type; says?: ts.Type }>;
  /** Domain event → payload; none where it is not said. */
  says: Record<string, ts.Type[]>;
}

/** The types in the constant `name` of a file, which is a dialect. */
export function tableTypes(sources: Sources, file: string, name: string): TableTypes {
  const { checker } = sources;
  const dialect = constantOf(sources.program, file, name);
  const replies = fieldsOf(fieldOf(dialect, 'hears')).map(([wireEvent, row]) => {
    const answer = ts.isCallExpression(row) && row.arguments[2];
    if (!answer) throw new Error(`${wireEvent} of ${name} is no row`);
    const [reply] = returned(checker, answer);
    const part = (of: string) => reply && checker.getPropertyOfType(reply, of);
    const [data, says] = [part('data'), part('says')];
    if (!data) throw new Error(`${wireEvent} of ${name} answers no data`);
    const event = says && payloads(checker, [checker.getTypeOfSymbol(says)])[0];
    return [wireEvent, { data: checker.getTypeOfSymbol(data), ...(event && { says: event }) }] as const;
  });
  const says = fieldsOf(fieldOf(dialect, 'says')).map(
    ([domainEvent, say]) => [domainEvent, payloads(checker, returned(checker, say))] as const,
  );
  return { replies: Object.fromEntries(replies), says: Object.fromEntries(says) };
}

/** Of wire events, which are pairs of a name and a payload, the payloads. */
function payloads(checker: ts.TypeChecker, events: ts.Type[]): ts.Type[] {
  const pairs = events.filter((event) => checker.isTupleType(event));
  return pairs.flatMap((pair) => checker.getTypeArguments(pair as ts.TypeReference)[1] ?? []);
}

/** The types that a function returns, one by one. */
function returned(checker: ts.TypeChecker, fn: ts.Node): ts.Type[] {
  const [signature] = checker.getTypeAtLocation(fn).getCallSignatures();
  const type = signature?.getReturnType();
  if (!type) return [];
  return type.isUnion() ? type.types : [type];
}

function constantOf(program: ts.Program, file: string, name: string): ts.Expression {
  const declared = statementsOf(program, file)
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find((declaration) => declaration.name.getText() === name);
  if (!declared?.initializer) throw new Error(`${file} has no constant ${name}`);
  return declared.initializer;
}

const statementsOf = (program: ts.Program, file: string): ts.Statement[] => {
  const source = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(`/${file}`));
  return [...(source?.statements ?? [])];
};

function fieldsOf(object: ts.Expression): [name: string, value: ts.Expression][] {
  if (!ts.isObjectLiteralExpression(object)) return [];
  return object.properties
    .filter(ts.isPropertyAssignment)
    .map(({ name, initializer }) => [ts.isStringLiteral(name) ? name.text : name.getText(), initializer]);
}

function fieldOf(object: ts.Expression, wanted: string): ts.Expression {
  const found = fieldsOf(object).find(([name]) => name === wanted);
  if (!found) throw new Error(`the table has no ${wanted}`);
  return found[1];
}
