// One project a tier. `*.spec.ts` is pure, `*.int.spec.ts` uses real MongoDB and Redis, `e2e/*.e2e.ts` the whole suite;
// `faults/*.faults.ts` are the long runs, which only `npm run test:faults` makes.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^@app/(common|contracts|testing)/(.*)\\.js$': '<rootDir>/libs/$1/src/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data'],
  setupFiles: ['<rootDir>/jest.setup.js'],
};

export default {
  // A busy machine is slow, not wrong: what waits for an event waits long, and what is right comes at once.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: ['\\.int\\.spec\\.ts$', '/node_modules/'],
    },
    {
      ...shared,
      displayName: 'int',
      testMatch: ['**/*.int.spec.ts'],
      globalSetup: '<rootDir>/libs/testing/src/int.setup.ts',
      globalTeardown: '<rootDir>/libs/testing/src/int.teardown.ts',
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/e2e/**/*.e2e.ts'],
      globalSetup: '<rootDir>/e2e/setup/e2e.setup.ts',
      globalTeardown: '<rootDir>/e2e/setup/e2e.teardown.ts',
    },
    // Each starts what it needs: processes that are killed, frozen and measured are nobody else's.
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/faults/**/*.faults.ts'] },
  ],
};
