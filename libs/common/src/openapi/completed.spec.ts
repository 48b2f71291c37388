import type { OpenAPIObject } from '@nestjs/swagger';
import { completed } from './completed.js';

const NAME = { type: 'string', example: 'Ana' };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const shape = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A document as Nest makes it: a route that takes a person, and what else is given. */
function documentOf(person: object, more: object = {}): OpenAPIObject {
  const post = { operationId: 'add', requestBody: json(shape('Person')), responses: { 201: json(shape('Answer')) }, ...more };
  const Answer = { type: 'object', required: ['name'], properties: { name: NAME } };
  const health = { get: { operationId: 'health', 'x-public': true, responses: { 200: { description: 'It runs' } } } };
  return {
    openapi: '3.0.3',
    info: { title: 'T', version: '1' },
    paths: { '/people': { post }, '/health': health },
    components: { schemas: { Person: person, Answer } },
  } as unknown as OpenAPIObject;
}

const PERSON = {
  type: 'object',
  required: ['name'],
  properties: { name: NAME, nick: { type: 'string' }, age: { type: 'integer', example: 7 } },
};
const codesOf = ({ responses = {} }: { responses?: object } = {}) => Object.keys(responses).map(Number);
const whole = (document: OpenAPIObject, ownPort?: number) => {
  const { paths, components } = completed(document, ownPort === undefined ? {} : { ownPort });
  return { post: paths['/people']?.post, health: paths['/health']?.get, components };
};

describe('a completed document', () => {
  it('shows what is always there, and what else has an example', () => {
    const { post } = whole(documentOf(PERSON));
    expect(post).toMatchObject({
      requestBody: { content: { 'application/json': { example: { name: 'Ana', age: 7 } } } },
      responses: { 201: { content: { 'application/json': { example: { name: 'Ana' } } } } },
    });
  });

  it('is not made where a field that is always there has no example', () => {
    const nameless = { ...PERSON, properties: { name: { type: 'string' } } };
    expect(() => whole(documentOf(nameless))).toThrow('add.name has no example');
  });

  it('refuses in what is sent what it does not describe, and says nothing of the kind of answers', () => {
    const { Person, Answer } = whole(documentOf(PERSON)).components?.schemas ?? {};
    expect([Person, Answer]).toMatchObject([{ additionalProperties: false }, { type: 'object' }]);
    expect(Answer).not.toHaveProperty('additionalProperties');
  });

  it('knows the failures that any route may have, with headers and examples that are written once', () => {
    const { post, components } = whole(documentOf(PERSON), 3005);
    expect(codesOf(post)).toEqual([201, 400, 401, 413, 415, 429, 500, 503]);
    expect(post?.responses['503']).toEqual({ $ref: '#/components/responses/UNAVAILABLE_or_UPSTREAM_DOWN' });
    expect(components?.responses?.RATE_LIMITED).toMatchObject({
      headers: { 'Retry-After': {}, 'RateLimit-Reset': {} },
      content: { 'application/json': { examples: { RATE_LIMITED: { value: { success: false, retryAfterMs: 1000 } } } } },
    });
  });

  it('asks nobody for a token where the gateway’s own guard asks for none', () => {
    const { post, health } = whole(documentOf(PERSON, { 'x-public': true }));
    expect([post?.security, codesOf(post)]).toEqual([[], [201, 400, 413, 415, 429, 500, 503]]);
    expect([health?.security, codesOf(health)]).toEqual([[], [200, 400, 500]]);
  });

  it('asks for one in front of each service, whose health is elsewhere', () => {
    const { post, health } = whole(documentOf(PERSON, { 'x-public': true }), 3005);
    expect([post?.security, codesOf(post).includes(401)]).toEqual([undefined, true]);
    expect([health?.security, health?.servers?.[0]?.variables?.port?.default]).toEqual([[], '3005']);
  });
});
