// Laws of the house that can be told from one file's syntax, as ESLint rules; eslint.config.js says where each holds.

/**
 * A rule that reports every node that one of the selectors finds.
 * @type {(message: string, ...selectors: string[]) => import('eslint').Rule.RuleModule}
 */
const forbid = (message, ...selectors) => ({
  meta: { type: 'problem', schema: [], messages: { broken: message } },
  create: (context) =>
    Object.fromEntries(
      selectors.map((found) => [
        found,
        (/** @type {import('eslint').Rule.Node} */ node) => context.report({ node, messageId: 'broken' }),
      ]),
    ),
});

/** @type {(from: string, names: string) => string} */
const imported = (from, names) => `ImportDeclaration[source.value=${from}] > ImportSpecifier${names}`;
/** @type {(names: string) => string} */
const called = (names) => `CallExpression[callee.property.name=/^(${names.replaceAll(' ', '|')})$/]`;
const spelled = ':matches(Literal[value=/./], TemplateLiteral).arguments:first-child';

const NEST_FOR_ALL = '/^(Inject|Injectable|Optional|Logger|LoggerService|On[A-Z][A-Za-z]+|BeforeApplicationShutdown)$/';
const NEST_FOR_EDGES = '/^(@nestjs.(core|passport|platform-.+|swagger|terminus|websockets)|express|socket.io)$/';
const KEYED =
  'get set del exists expire pexpire incr decr publish subscribe sadd srem smembers scard hset hget hgetall hdel';
const KEYED_TOO = 'lpush rpush lrange ltrim zadd zrem zrange xadd xack xlen xrange xtrim xpending xinfo';

export default {
  rules: {
    'three-parameters': forbid(
      'At most three parameters; take an object. (Constructors that Nest injects are free.)',
      ':function[params.length>3]:not(MethodDefinition[kind="constructor"] > :function)',
      ':matches(ClassDeclaration, ClassExpression):not([decorators.length>0]) > ClassBody > MethodDefinition[kind="constructor"] > :function[params.length>3]',
    ),
    'no-barrels': forbid(
      'Import from the file that has it; nothing is passed on.',
      'ExportAllDeclaration',
      'ExportNamedDeclaration[source]',
    ),
    'env-in-one-place': forbid(
      'Settings are read in env.ts only.',
      'MemberExpression[object.name="process"]:matches([property.name="env"], [computed=true])',
      'MemberExpression[object.property.name="process"][property.name="env"]',
      'VariableDeclarator[init.name="process"]',
      imported('/^(node:)?process$/', '[imported.name=/^(env|default)$/]'),
      'ImportDeclaration[source.value=/^(node:)?process$/] > :matches(ImportDefaultSpecifier, ImportNamespaceSpecifier)',
    ),
    'nest-at-edges': forbid(
      "Nest's HTTP and WebSocket words stay at the edges; here only @Injectable and injection.",
      imported('"@nestjs/common"', `:not([imported.name=${NEST_FOR_ALL}])`),
      `ImportDeclaration[source.value=${NEST_FOR_EDGES}]`,
    ),
    'rules-only-decide': forbid(
      'Rules decide from what they are given: no clock, no chance, no I/O, nothing to wait for.',
      'NewExpression[callee.name="Date"][arguments.length=0]',
      'CallExpression[callee.name=/^(Date|fetch|setTimeout|setInterval|setImmediate|queueMicrotask)$/]',
      'MemberExpression[object.name="Date"][property.name="now"]',
      'MemberExpression[object.name="Math"][property.name="random"]',
      'MemberExpression[object.name=/^(process|performance|console|crypto)$/]',
      ':function[async=true]',
      imported('/^(node:)?crypto$/', ':not([imported.name=/^(createHash|createHmac|timingSafeEqual)$/])'),
    ),
    'names-in-one-place': forbid(
      'Redis keys are spelled in keys.ts, rooms in rooms.ts, and nowhere else.',
      'TemplateLiteral > TemplateElement.quasis:first-child[value.raw=/^(?!localhost|https?)[a-z-]+:$/]',
      `${called(`${KEYED} ${KEYED_TOO}`)}[callee.object.property.name=/redis/i] > ${spelled}`,
      `${called('to in except socketsJoin socketsLeave')} > ${spelled}`,
    ),
  },
};
