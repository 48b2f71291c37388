import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier/flat';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import house from './tools/check/house.plugin.js';

// Patterns start with **/, so that the laws' own tests can lint small houses elsewhere.
const tests = ['**/*.{spec,suite,e2e,faults}.ts', '**/{e2e,faults}/**', '**/libs/testing/**'];
const production = ['**/apps/*/src/**/*.ts', '**/libs/{common,contracts}/src/**/*.ts'];
const edges = [
  '**/*.{adapter,controller,decorator,filter,gateway,guard,interceptor,middleware,module,pipe,strategy}.ts',
  '**/{main,openapi,shapes,*.shapes}.ts',
  '**/{dialects,health,openapi,proxy,serve,sockets}/**',
];

export default defineConfig(
  globalIgnores(['**/dist/**', '.data/**', '.cache/**', 'tools/check/fixtures/**']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  { plugins: { house } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'house/three-parameters': 'error',
      complexity: ['error', 10],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
      // Text that people send is cleaned of control characters.
      'no-control-regex': 'off',
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, true])),
    },
  },
  { files: production, ignores: tests, rules: { 'no-console': 'error', 'house/names-in-one-place': 'error' } },
  { files: ['**/{keys,rooms}.ts'], rules: { 'house/names-in-one-place': 'off' } },
  { files: production, ignores: [...tests, '**/env.ts'], rules: { 'house/env-in-one-place': 'error' } },
  { files: production, ignores: [...tests, ...edges], rules: { 'house/nest-at-edges': 'error' } },
  { files: ['**/apps/**/*.ts'], rules: { 'house/no-barrels': 'error' } },
  { files: ['**/*.rules.ts'], rules: { 'house/rules-only-decide': 'error' } },
  {
    files: tests,
    rules: {
      // expect.any() and the bodies of answers are any, and a fake's methods are passed around.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': 'off',
    },
  },
  prettier,
);
