import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format, tools, types, unused } from './steps.ts';

const compilerOptions = { module: 'nodenext', strict: true, types: [], skipLibCheck: true };

// Programs start slowly on a busy machine.
jest.setTimeout(60_000);

describe('a step of the check', () => {
  let house: string;
  const write = (files: Record<string, unknown>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
  };
  beforeEach(() => {
    house = mkdtempSync(join(tmpdir(), 'house-'));
  });
  afterEach(() => {
    rmSync(house, { recursive: true });
  });

  it('types: refuses a wrong type in an app and in a test', async () => {
    write({
      'nest-cli.json': {
        monorepo: true,
        root: 'apps/chat',
        projects: { chat: { type: 'application', root: 'apps/chat' } },
      },
      'tsconfig.json': { compilerOptions },
      'tools/gen/whole.tsconfig.json': readFileSync(join(import.meta.dirname, '../gen/whole.tsconfig.json'), 'utf8'),
      'apps/chat/src/page.ts': `export const page: number = 'one';`,
      'apps/chat/src/page.spec.ts': `export const page: number = 'one';`,
      'libs/page.ts': `export const page = 1;`,
    });
    const { ok, output } = await types(house);
    expect(output).toMatch(/page\.spec\.ts[^]*TS2322[^]*page\.ts[^]*TS2322[^]*Found 2 error/);
    expect(ok).toBe(false);
  });

  it('tools: refuses a wrong type, and syntax that Node cannot strip', async () => {
    write({
      'tsconfig.json': { compilerOptions },
      'tools/tsconfig.json': readFileSync(join(import.meta.dirname, '../tsconfig.json'), 'utf8'),
      'tools/page.ts': `export const page: number = 'one';`,
      'tools/kind.ts': `export enum Kind { direct, group }`,
    });
    const { ok, output } = await tools(house);
    expect(output).toMatch(/kind\.ts.*TS1294[^]*page\.ts.*TS2322/);
    expect(ok).toBe(false);
  });

  it('format: refuses what Prettier would write differently', async () => {
    write({ 'good.ts': 'export const page = 1;\n', 'bad.ts': 'export const page=1' });
    const { ok, output } = await format(house);
    expect(output).toContain('bad.ts');
    expect(output).not.toContain('good.ts');
    expect(ok).toBe(false);
  });

  it('unused: refuses files, exports and packages that nobody uses', async () => {
    write({
      'package.json': { name: 'house', type: 'module', dependencies: { 'left-over': '1.0.0' } },
      'apps/chat/src/main.ts': `import { used } from './used.js';\nused();\n`,
      'apps/chat/src/used.ts': `export const used = () => 1;\nexport const forgotten = () => 2;\n`,
      'apps/chat/src/alone.ts': `export const alone = 1;\n`,
    });
    const { ok, output } = await unused(house);
    expect(output).toMatch(/alone\.ts[^]*left-over[^]*forgotten/);
    expect(output).not.toContain('used.ts:1');
    expect(ok).toBe(false);
  });
});
