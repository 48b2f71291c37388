import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildStale, entryOf } from './build.ts';

let root: string;
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

const copies = { compilerOptions: { assets: ['../../../docs/events.json', '../../../node_modules/some/page.js'] } };

/** A house of two apps whose `nest` copies, and fails where the source says so. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-build-'));
  await write(
    'nest-cli.json',
    JSON.stringify({ projects: { chat: {}, media: { sourceRoot: 'apps/media/src', ...copies }, planned: {} } }),
  );
  for (const app of ['chat', 'media']) await write(`apps/${app}/src/main.ts`, `// ${app}`);
  await write('libs/common/src/a.ts', '// a');
  const nest = `#!/bin/sh
    echo "$2" >> builds
    if grep -q broken "apps/$2/src/main.ts"; then echo "TS1: no"; exit 1; fi
    rm -rf "dist/$2"; mkdir -p "dist/$2/apps/$2/src"; cp "apps/$2/src/main.ts" "dist/$2/apps/$2/src/main.js"`;
  await write('node_modules/.bin/nest', nest);
  await chmod(join(root, 'node_modules/.bin/nest'), 0o755);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const build = async (): Promise<string[]> => (await buildStale({ root, log: () => undefined })).sort();

describe('building', () => {
  it('builds what changed since its last build, and nothing else', async () => {
    expect(await build()).toEqual(['chat', 'media']);
    expect(await readFile(entryOf(root, 'media'), 'utf8')).toBe('// media');
    expect(await build()).toEqual([]);
    await write('apps/media/src/main.ts', '// media 2');
    expect(await build()).toEqual(['media']);
    await write('docs/events.json', '{}');
    expect(await build()).toEqual(['media']);
    await write('libs/common/src/a.ts', '// a 2');
    expect(await build()).toEqual(['chat', 'media']);
    await write('apps/chat/src/some.spec.ts', '// a test is in no build');
    expect(await build()).toEqual([]);
  });

  it('builds again what somebody removed', async () => {
    await build();
    await rm(join(root, 'dist/chat'), { recursive: true });
    expect(await build()).toEqual(['chat']);
  });

  it('says what the compiler says, and takes nothing for built that is not', async () => {
    await write('apps/chat/src/main.ts', '// broken');
    await expect(build()).rejects.toThrow('chat does not compile:\nTS1: no');
    await write('apps/chat/src/main.ts', '// mended');
    expect(await build()).toEqual(['chat']);
  });

  it('is done once when several ask for it at the same time', async () => {
    const built = await Promise.all([build(), build(), build()]);
    expect(built.flat().sort()).toEqual(['chat', 'media']);
    expect((await readFile(join(root, 'builds'), 'utf8')).trim().split('\n').sort()).toEqual(['chat', 'media']);
  });
});
