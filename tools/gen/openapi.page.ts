/** The parts of an OpenAPI document whose order says nothing. */
interface OpenApi {
  paths: Record<string, object>;
  components?: { schemas?: Record<string, unknown> };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

const sorted = <T>(map: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

const byMethod = (operations: object): object =>
  Object.fromEntries(Object.entries(operations).sort(([a], [b]) => METHODS.indexOf(a) - METHODS.indexOf(b)));

/** `openapi/<app>.json`: paths, methods and schemas in an order that does not hang on the order of imports. */
export function renderOpenApi(document: OpenApi): string {
  const paths = Object.fromEntries(
    Object.entries(sorted(document.paths)).map(([path, item]) => [path, byMethod(item)]),
  );
  const { components } = document;
  const parts = components && { components: { ...components, schemas: sorted(components.schemas ?? {}) } };
  return `${JSON.stringify({ ...document, paths, ...parts }, null, 2)}\n`;
}
