import { join } from 'node:path';
import { readSources } from './names.ts';
import { writersOf } from './writers.ts';

const house = async (name: string) => writersOf(await readSources(join(import.meta.dirname, 'fixtures', name)));

describe('the law that one module writes a collection', () => {
  it('finds nothing in the clean house', async () => {
    expect(await house('clean')).toEqual([]);
  });

  it('refuses a schema that does not say its writer, a second holder of a model, and a reader that writes', async () => {
    expect(await house('one-writer')).toEqual([
      'libs/common/src/schemas/media.schema.ts: says not by whom it is written',
      'Media: held by apps/chat/src/files/file.repository.ts and apps/media/src/media.repository.ts; one writes, others read by the connection',
      'apps/notification/src/files/file.repository.ts: reads media by its name, and writes (updateOne)',
    ]);
  });
});
