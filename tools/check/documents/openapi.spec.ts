import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApi } from './openapi.ts';

const root = join(import.meta.dirname, '../../..');
const MEDIA = 'openapi/media.json';

/** What is changed in a document that is good. */
interface Operation {
  operationId?: string;
  summary?: string;
  tags: string[];
  responses: Record<string, { content: Record<string, { example: { data: object } }> }>;
}
type Document = { info: object; paths: Record<string, Record<string, Operation>> };

describe('the linter of the services’ documents', () => {
  let house: string;
  beforeEach(() => {
    house = mkdtempSync(join(tmpdir(), 'house-'));
    mkdirSync(join(house, 'openapi'));
  });
  afterEach(() => {
    rmSync(house, { recursive: true });
  });

  const write = (change: (info: Operation, document: Document) => void) => {
    const document = JSON.parse(readFileSync(join(root, MEDIA), 'utf8')) as Document;
    change(document.paths['/media/{id}/info']?.get as Operation, document);
    writeFileSync(join(house, MEDIA), JSON.stringify(document));
  };

  it('has nothing to say of those that are checked in', async () => {
    cpSync(join(root, 'openapi'), join(house, 'openapi'), { recursive: true });
    expect(await openApi(house)).toMatchObject({ ok: true });
  });

  it.each<[rule: string, change: (info: Operation, document: Document) => void]>([
    ['info-license', (_, { info }) => Reflect.deleteProperty(info, 'license')],
    ['operation-summary', (info) => Reflect.deleteProperty(info, 'summary')],
    ['operation-operationId-unique', (info) => Object.assign(info, { operationId: 'checkFiles' })],
    ['operation-tag-defined', (info) => Object.assign(info, { tags: ['files'] })],
    ['path-parameters-defined', ({ ...info }, { paths }) => Object.assign(paths, { '/files/{name}': { get: info } })],
    [
      'no-unresolved-refs',
      ({ responses }) => Object.assign(responses, { 404: { $ref: '#/components/responses/NONE' } }),
    ],
    [
      'no-invalid-media-type-examples',
      ({ responses }) =>
        Object.assign(responses['200']?.content['application/json']?.example.data ?? {}, { size: 'large' }),
    ],
  ])('finds what breaks %s', async (rule, change) => {
    write(change);
    const { ok, output } = await openApi(house);
    expect(output).toContain(`: ${rule}: `);
    expect(ok).toBe(false);
  });

  it('is not content with nothing', async () => {
    expect(await openApi(house)).toMatchObject({ ok: false });
  });
});
