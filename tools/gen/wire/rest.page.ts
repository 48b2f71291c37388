import { table } from '../document.ts';
import { brief } from './json.ts';
import { checked, type OpenApi, type Operation, resolved, type Schema, shapeName, typeOf } from './open-api.ts';

/** An example of each shape that routes answer, by the shape's name. */
export type RestSamples = Record<string, unknown>;

/** A route, and what its answer holds. */
interface Answering {
  route: string;
  operation: Operation;
  data: Schema;
  envelope: Schema;
}

const code = (text: string): string => `\`${text}\``;

/** Every route of clients, in the order of the document. */
function routesOf(api: OpenApi): Answering[] {
  return Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags = [] }]) => !tags.some((tag) => ['health', 'info'].includes(tag)))
      .map(([method, operation]) => {
        const good = operation.responses['200'] ?? operation.responses['201'];
        const envelope = good?.content?.['application/json']?.schema ?? {};
        const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
        return { route, operation, envelope, data: envelope.properties?.data ?? {} };
      }),
  );
}

function asked({ parameters = [], requestBody }: Operation, api: OpenApi): string {
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, description, schema }) => {
      const usual = schema.default === undefined ? '' : ` (${JSON.stringify(schema.default)})`;
      return `${code(`?${name}`)}${usual}: ${(description ?? '').replace(/\.$/, '')}`;
    });
  const body = requestBody?.content['application/json']?.schema;
  return [...query, ...(body ? [code(typeOf(body, api))] : [])].join('; ');
}

const answered = ({ data, envelope }: Answering): string => {
  const name = (shapeName(data) ?? '').replace(/(Shape|Answer)$/, '');
  return `${name}${data.items ? '[]' : ''}${envelope.properties?.pagination ? ', in pages' : ''}`;
};

/** The fields of a shape, as the routes' document describes them. */
export function shapeTable(name: string, api: OpenApi): string {
  const { properties = {}, required = [] } = resolved({ $ref: name }, api);
  const rows = Object.entries(properties).map(([field, schema]) => [
    code(field),
    code(typeOf(schema, api)),
    required.includes(field) ? 'yes' : 'no',
    schema.description ?? '',
  ]);
  return table(['Field', 'Type', 'Always', 'Meaning'], rows);
}

/** The routes in one table, and an example of whatever they answer. */
export function renderRest(api: OpenApi, samples: RestSamples): string {
  const routes = routesOf(api);
  const rows = routes.map((one) => [
    code(one.route),
    one.operation.summary ?? '',
    asked(one.operation, api),
    answered(one),
  ]);
  const shapes = new Map(routes.map(({ data }) => [shapeName(data) ?? '', data]));
  const shown = [...shapes].map(([name, data]) => {
    if (!(name in samples)) throw new Error(`wire/samples.ts has no example of ${name}`);
    const sample = checked(samples[name], data.items ?? data, api);
    return `${name.replace(/(Shape|Answer)$/, '')}:\n\n${brief(sample)}`;
  });
  const paged = routes.find(({ route, envelope }) => route.endsWith('/messages') && envelope.properties?.pagination);
  const { MessageShape, PaginationShape } = samples;
  const page = { success: true, message: 'OK', data: [MessageShape], pagination: PaginationShape };
  return [
    table(['Route', 'Does', 'Takes', 'Answers'], rows),
    ...shown,
    ...(paged ? [`A whole answer, of ${code(paged.route)}:\n\n${brief(checked(page, paged.envelope, api))}`] : []),
  ].join('\n\n');
}
