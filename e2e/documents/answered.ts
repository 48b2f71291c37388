import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { codeOf, examplesOf, type Media, type Operation, outcome, outcomesOf, type Schema } from './document.ts';

/** What came back. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

const known = new Map<string, ValidateFunction>();

/** As JSON Schema says it, and closed: a field that is not documented is wrong. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, example: _shown, ...rest } = part as Schema;
  const all = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, strict(value)]));
  const closed = 'properties' in all ? { additionalProperties: false, ...all } : all;
  return nullable === true ? { anyOf: [closed, { type: 'null' }] } : closed;
}

function validatorOf(schema: Schema, { schemas, service }: Operation): ValidateFunction {
  const key = `${service} ${JSON.stringify(schema)}`;
  const found = known.get(key);
  if (found) return found;
  const ajv = new Ajv({ allErrors: true, strict: false });
  formats.default(ajv);
  // A field may be called `example`, a schema's own never is one.
  const shapes = Object.fromEntries(Object.entries(schemas).map(([name, shape]) => [name, strict(shape)]));
  const compiled = ajv.compile({ ...(strict(schema) as object), components: { schemas: shapes } });
  known.set(key, compiled);
  return compiled;
}

/** What is wrong with an answer by the document of its route; nothing when it is as documented. */
export function problemsOf(operation: Operation, answered: Answered): string[] {
  const documented = operation.answers[answered.status];
  if (!documented) return [`${answered.status} is not documented: ${answered.text.slice(0, 300)}`];
  return [...headerProblems(Object.keys(documented.headers ?? {}), answered), ...bodyProblems(operation, answered)];
}

function headerProblems(documented: string[], { status, headers }: Answered): string[] {
  const missing = documented.filter((name) => !headers.has(name)).map((name) => `${status} comes without ${name}`);
  // Whoever reads the document must learn that there is something to wait for.
  const untold = headers.has('Retry-After') && !documented.includes('Retry-After');
  return untold ? [...missing, `${status} comes with a Retry-After that is not documented`] : missing;
}

function bodyProblems(operation: Operation, answered: Answered): string[] {
  const { status, headers } = answered;
  const { content = {} } = operation.answers[status] ?? {};
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const json = content['application/json'];
  if (json) return type === 'application/json' ? jsonProblems(operation, json, answered) : [`${status} is no JSON`];
  return type === '' || '*/*' in content ? [] : [`${status} comes as ${type}, which is not documented`];
}

function jsonProblems(operation: Operation, json: Media, { status, text }: Answered): string[] {
  const body: unknown = JSON.parse(text);
  const validate = validatorOf(json.schema, operation);
  if (!validate(body)) {
    const errors = validate.errors ?? [];
    const said = errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join(', ');
    return [`${status} is not of its schema: ${said}: ${text.slice(0, 400)}`];
  }
  const code = codeOf(body);
  if (!outcomesOf(operation).includes(outcome(status, code))) return [`${status} comes with ${code}, not documented`];
  return status < 300 ? wordProblems(body, examplesOf(json)) : [];
}

/** The `message` of an envelope is the one of the example. */
function wordProblems(body: unknown, examples: unknown[]): string[] {
  const { message } = Object(body) as { message?: string };
  const shown = examples.map((example) => (Object(example) as { message?: string }).message);
  return shown.includes(message) ? [] : [`it says ${message}, and its example ${shown.join()}`];
}
