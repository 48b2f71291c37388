import { renderOpenApi } from './openapi.page.ts';

const operation = { responses: { 200: { description: 'Success' } } };

describe('an OpenAPI document', () => {
  it('is the same text whatever the order of controllers and shapes', () => {
    const one = {
      paths: { '/b': { post: operation, get: operation }, '/a': {} },
      components: { schemas: { B: {}, A: {} } },
    };
    const two = {
      paths: { '/a': {}, '/b': { get: operation, post: operation } },
      components: { schemas: { A: {}, B: {} } },
    };
    expect(renderOpenApi(one)).toBe(renderOpenApi(two));
  });

  it('keeps everything it is given', () => {
    const document = {
      openapi: '3.0.0',
      info: { title: 'Chat' },
      paths: { '/a': { get: operation } },
      components: { securitySchemes: { bearer: { type: 'http' } }, schemas: { A: { type: 'object' } } },
    };
    expect(JSON.parse(renderOpenApi(document))).toEqual(document);
  });
});
