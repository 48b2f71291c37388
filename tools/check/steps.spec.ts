import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format, types, unused } from './steps.ts';

const compilerOptions = { module: 'nodenext', strict: true, types: [], skipLibCheck: true };

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

  it.each([
    ['libs/page.ts', 'tools/page.ts'],
    ['tools/page.ts', 'libs/page.ts'],
  ])('types: refuses a wrong type in %s', async (wrong, right) => {
    write({
      'tsconfig.json': { compilerOptions, include: ['libs'] },
      'tools/tsconfig.json': { compilerOptions, include: ['.'] },
      [wrong]: `export const page: number = 'one';`,
      [right]: `export const page = 1;`,
    });
    const { ok, output } = await types(house);
    expect(output).toContain(`${wrong}(1,14): error TS2322`);
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
