import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON Schema as OpenAPI 3.0 writes it. */
export type Schema = Record<string, unknown>;

/** What is sent or answered in one media type. */
export interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

/** One answer of a route. */
export interface Answer {
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

/** A route, with what its document says of it. */
export interface Operation {
  service: string;
  id: string;
  method: string;
  path: string;
  /** Where it is at the gateway, or undefined for what is asked at the service itself. */
  server: string | undefined;
  secured: boolean;
  parameters: { name: string; in: string; schema: { example?: string | number } }[];
  body: Record<string, Media>;
  /** By status, none by reference. */
  answers: Record<string, Answer>;
  schemas: Record<string, Schema>;
}

interface Written {
  servers: { url: string }[];
  paths: Record<string, Record<string, WrittenOperation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer> };
}

interface WrittenOperation {
  operationId: string;
  servers?: object[];
  security?: object[];
  parameters?: Operation['parameters'];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer | { $ref: string }>;
}

/** The document of a service, as it is checked in. */
export function read(service: string): Written {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../openapi/${service}.json`), 'utf8')) as Written;
}

/** All routes of a service. */
export function operationsOf(service: string): Operation[] {
  const { servers, paths, components } = read(service);
  const base = (servers[0]?.url ?? '').replace(/\/$/, '');
  const answer = (written: Answer | { $ref: string }): Answer =>
    '$ref' in written ? (components.responses[written.$ref.split('/').at(-1) ?? ''] as Answer) : written;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      service,
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      server: operation.servers ? undefined : base,
      secured: operation.security?.length !== 0,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content ?? {},
      answers: Object.fromEntries(Object.entries(operation.responses).map(([status, one]) => [status, answer(one)])),
      schemas: components.schemas,
    })),
  );
}

/** The examples of one media type; none for what is no JSON. */
export function examplesOf({ example, examples = {} }: Media): unknown[] {
  return [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
}

/** What a route says that it may answer: `200`, or `404 NOT_FOUND`. */
export function outcomesOf({ answers }: Operation): string[] {
  return Object.entries(answers).flatMap(([status, { content }]) => {
    const codes = content?.['application/json'] ? examplesOf(content['application/json']).map(codeOf) : [undefined];
    return [...new Set(codes)].map((code) => outcome(status, code));
  });
}

export const outcome = (status: number | string, code: string | undefined): string =>
  code === undefined ? `${status}` : `${status} ${code}`;

/** The code of a refusal. */
export function codeOf(body: unknown): string | undefined {
  const { code } = Object(body) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
