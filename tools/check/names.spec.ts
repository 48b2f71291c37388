import { join } from 'node:path';
import { namesOf, readSources } from './names.ts';

const house = async (name: string) => namesOf(await readSources(join(import.meta.dirname, 'fixtures', name)));
const at = (path: string, text = '') => namesOf([{ path, text }]);

describe('the laws on names and folders', () => {
  it('finds nothing in the clean house', async () => {
    expect(await house('clean')).toEqual([]);
  });

  it('refuses a folder with more than twelve source files', async () => {
    expect(await house('folder-of-twelve')).toEqual(['apps/chat/src/messages: 13 source files, at most 12']);
  });

  it('refuses names that say nothing', async () => {
    expect(await house('names-say-something')).toEqual([
      'apps/chat/src/messages-v2/message.service.ts: "messages-v2" says nothing; name what it is',
      'apps/chat/src/messages/text.helpers.ts: "text.helpers.ts" says nothing; name what it is',
      'apps/chat/src/utils/text.ts: "utils" says nothing; name what it is',
    ]);
  });

  it('refuses a file that is not noun.role.ts', async () => {
    expect(await house('noun-role')).toEqual([
      'apps/chat/src/messages/MessageRules.ts: files are noun.role.ts, in lower case with dashes',
      'apps/chat/src/messages/message.ts: MessageService belongs into a file *.service.ts',
    ]);
  });

  it.each(['apps/chat/src/manager.ts', 'libs/common/src/socket-manager.ts', 'libs/common/src/room.util.ts'])(
    'refuses %s',
    (path) => {
      expect(at(path)).toHaveLength(1);
    },
  );

  it.each(['apps/chat/src/sockets/redis-io.adapter.ts', 'apps/chat/src/messages/message.repository.int.spec.ts'])(
    'allows %s',
    (path) => {
      expect(at(path)).toEqual([]);
    },
  );
});
