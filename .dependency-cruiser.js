// The import laws of the house. Paths may start anywhere, so that the laws' own tests can run them on small houses.
/** @type {(path: string) => string} */
const at = (path) => `(^|/)${path}`;
const SPEC = '\\.(spec|suite|e2e|faults)\\.ts$';
const APP = at('apps/([^/]+)/src/');
const ROLE = at('apps/.+');
const MODULE = `${ROLE}(/main|\\.module)\\.ts$`;

/** Bottom to top. An import goes down, or sideways where that closes no circle; main and modules are above all. */
const layers = [
  { name: 'rules', path: [`${ROLE}\\.rules\\.ts$`] },
  { name: 'repositories', path: [`${ROLE}\\.(client|repository|sender|storage)\\.ts$`] },
  { name: 'services', path: [`${ROLE}\\.service\\.ts$`, `${ROLE}/verbs\\.ts$`] },
  {
    name: 'edges',
    path: [
      `${ROLE}/(dialects|sockets)/`,
      `${ROLE}\\.(consumer|controller|gateway|guard|filter|interceptor|middleware|pipe)\\.ts$`,
    ],
  },
  { name: 'modules', path: [MODULE] },
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const neverUp = layers.slice(0, -1).map((layer, index) => ({
  name: `never-up-from-${layer.name}`,
  comment: 'An import goes down or sideways, also through other files.',
  severity: 'error',
  from: { path: layer.path, pathNot: [SPEC, MODULE] },
  to: { path: layers.slice(index + 1).flatMap(({ path }) => path), pathNot: SPEC, reachable: true },
}));

/** @type {(name: string, comment: string, from: object, to: object) => import('dependency-cruiser').IForbiddenRuleType} */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @satisfies {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...neverUp,
    forbid('no-circles', 'Files that need each other are one file, or hide a third.', {}, { circular: true }),
    forbid('no-unresolved', 'What cannot be found escapes every other law.', {}, { couldNotResolve: true }),
    forbid(
      'apps-never-import-apps',
      'Apps meet over the wire, the stream and the database only.',
      { path: APP },
      { path: at('apps/'), pathNot: at('apps/$2/') },
    ),
    forbid(
      'rules-are-pure',
      'Rules take values from rules, contracts and AppError only; time, Nest, Mongoose and I/O stay outside.',
      { path: '\\.rules\\.ts$' },
      {
        dependencyTypesNot: ['type-only'],
        pathNot: [
          '\\.rules\\.ts$',
          at('libs/contracts/'),
          at('libs/common/src/errors/app-error\\.ts$'),
          '^(node:)?crypto$',
        ],
      },
    ),
    forbid(
      'rules-name-no-package',
      'A rule does not even name the types of a framework or a driver.',
      { path: '\\.rules\\.ts$' },
      { path: at('node_modules/') },
    ),
    forbid(
      'mongoose-stays-in-repositories',
      'Only repositories, schemas and modules know how things are kept.',
      {
        path: [at('apps/'), at('libs/')],
        pathNot: [
          '\\.repository\\.ts$',
          at('libs/common/src/(schemas|mongo)/'),
          at('libs/testing/'),
          '\\.module\\.ts$',
          SPEC,
        ],
      },
      { path: at('node_modules/(mongoose|@nestjs/mongoose|mongodb|bson)/') },
    ),
    forbid(
      'contracts-stand-alone',
      'Contracts run in browsers and import nothing but each other.',
      { path: at('libs/contracts/'), pathNot: SPEC },
      { pathNot: at('libs/contracts/') },
    ),
    forbid(
      'common-knows-contracts-only',
      'Of the house, common may import contracts.',
      { path: at('libs/common/'), pathNot: SPEC },
      {
        path: [at('apps/'), at('libs/'), at('tools/'), at('e2e/'), at('faults/')],
        pathNot: [at('libs/(common|contracts)/'), at('node_modules/')],
      },
    ),
    forbid(
      'testing-knows-libs-only',
      'A world for tests starts no app by itself.',
      { path: at('libs/testing/') },
      { path: at('apps/') },
    ),
    forbid(
      'production-never-imports-tests',
      'What runs for users imports neither libs/testing nor a test.',
      { path: [at('apps/'), at('libs/(common|contracts)/')], pathNot: SPEC },
      { path: [at('libs/testing/'), at('e2e/'), at('faults/'), SPEC] },
    ),
    forbid(
      'dialects-know-verbs-only',
      'A dialect calls verbs and its own words; of services it may name the types of what a verb is asked.',
      { path: `${APP}dialects/[^/]+/`, pathNot: [SPEC, MODULE] },
      {
        path: at('apps/$2/src/'),
        pathNot: at('apps/$2/src/(dialects/|verbs\\.ts$|env\\.ts$)'),
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'dialects-share-no-words',
      'Each dialect has its own words; what two need is in the engine.',
      { path: `${APP}dialects/([^/]+)/`, pathNot: SPEC },
      { path: at('apps/$2/src/dialects/[^/]+/'), pathNot: at('apps/$2/src/dialects/$3/') },
    ),
    forbid(
      'traces-are-loaded-when-wanted',
      'Where no collector is set, nothing of OpenTelemetry is loaded: only otel.*.ts imports it, and they are imported late.',
      { path: [at('apps/'), at('libs/(common|contracts)/')], pathNot: [SPEC, '/otel\\.\\w+\\.ts$'] },
      {
        path: [at('node_modules/@opentelemetry/'), '/otel\\.\\w+\\.ts$'],
        dependencyTypesNot: ['type-only'],
        dynamic: false,
      },
    ),
    forbid(
      'no-development-packages',
      'What runs for users is in dependencies.',
      { path: [at('apps/'), at('libs/(common|contracts)/')], pathNot: SPEC },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^tools/check/fixtures/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
