import { builtinModules } from 'node:module';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Folders of the project, and which of the others each may import: arrows go one way (see docs/architecture.md). */
const ARROWS = {
  domain: [],
  wechatpay: ['domain'],
  'wechatpay/merchants': ['domain', 'wechatpay'],
  activities: ['domain', 'wechatpay', 'workflows/messages'],
  workflows: ['domain'],
  process: [
    'domain',
    'wechatpay/timeout.ts',
    'wechatpay/connection.ts',
    'wechatpay/merchants/faults.ts',
    'wechatpay/merchants/file-kind.ts',
    'workflows/messages',
  ],
  worker: ['domain', 'wechatpay', 'wechatpay/merchants', 'activities', 'workflows', 'process'],
  'worker/doctor': ['domain', 'wechatpay', 'wechatpay/merchants', 'process', 'worker'],
  client: ['domain', 'wechatpay/webhook-signature.ts', 'workflows/messages', 'client/notifications/outcomes.ts'],
  'client/http': ['wechatpay/timeout.ts'],
  'client/notifications': ['domain', 'wechatpay', 'client', 'client/http'],
  'client/outcomes': ['domain', 'client/http'],
  'http/receiver': [
    'domain',
    'wechatpay',
    'wechatpay/merchants',
    'client',
    'client/notifications',
    'process',
    'workflows/messages',
  ],
  'http/api': ['domain', 'wechatpay/merchants', 'client', 'process', 'workflows/messages'],
  'testing/sandbox': [
    'process/command-line.ts',
    'wechatpay/signature-v2.ts',
    'wechatpay/signature-v3.ts',
    'wechatpay/xml.ts',
  ],
  'cli/orders': ['domain', 'client', 'process', 'workflows/messages'],
  cli: [
    'process/command-line.ts',
    'process/exit.ts',
    'worker/command.ts',
    'worker/doctor/command.ts',
    'http/receiver/command.ts',
    'http/api/command.ts',
    'testing/sandbox/command.ts',
    'testing/demo/command.ts',
    'testing/temporal-server/command.ts',
  ],
};

/** Packages that a folder may import; the others may import none at all. */
const PACKAGES = {
  domain: [],
  wechatpay: [
    'got',
    'xml2js',
    'proxy-from-env',
    'standardwebhooks',
    'node:crypto',
    'node:http',
    'node:https',
    'node:net',
    'node:tls',
  ],
  activities: ['@temporalio/activity', '@temporalio/client', '@temporalio/common'],
  workflows: ['@temporalio/workflow', '@temporalio/common'],
  client: ['@temporalio/client', 'node:crypto'],
  'client/http': [],
  'client/notifications': [],
  'client/outcomes': ['standardwebhooks'],
  cli: ['commander'],
  'cli/orders': ['commander', '@temporalio/client'],
};

const FOLDERS = [...Object.keys(ARROWS), 'testing/demo', 'testing/temporal-server', 'test', 'tools', 'examples'];

const ENUM = { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' };

/** The modules of the workflows are evaluated once and shared by all orders of a worker. */
const SHARED = 'Only constants may stand at module scope here: all orders of a worker share it.';
const DECLARED = ':matches(Program, ExportNamedDeclaration) > VariableDeclaration';
const OUTSIDE_FUNCTIONS = ':not(:function *)';
const MODULE_STATE = [
  { selector: `${DECLARED}:not([kind="const"])`, message: SHARED },
  { selector: `${DECLARED} NewExpression[callee.name=/^(Weak)?(Map|Set)$/]${OUTSIDE_FUNCTIONS}`, message: SHARED },
  {
    selector: `${DECLARED} > VariableDeclarator > :matches(ArrayExpression[elements.length=0], ObjectExpression[properties.length=0])`,
    message: `${SHARED} Something empty is there to be filled.`,
  },
  { selector: 'PropertyDefinition[static=true]', message: SHARED },
  {
    selector: `${DECLARED} Literal[regex.flags=/[gy]/]${OUTSIDE_FUNCTIONS}`,
    message: `${SHARED} A regular expression with the flag g or y keeps its lastIndex.`,
  },
];

const NONDETERMINISTIC = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'process',
  'Buffer',
  'fetch',
  'crypto',
  'performance',
];

const isInside = (path, folder) => path.startsWith(`${folder}/`);

function arrowRule(folder) {
  const allowed = ARROWS[folder];
  const message = `${folder}/ may import only ${allowed.join(', ') || 'nothing'} of the project's other folders.`;
  const zones = FOLDERS.filter((other) => other !== folder && !allowed.includes(other)).map((other) => ({
    target: `./${folder}`,
    from: `./${other}`,
    // A folder inside of one that it may not import may still import itself.
    except: [...allowed, folder].filter((path) => isInside(path, other)).map((path) => path.slice(other.length + 1)),
    message,
  }));
  const rules = { 'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }] };
  const packages = PACKAGES[folder];
  if (packages !== undefined) {
    const names = packages.map((name) => name.replaceAll('/', '\\/')).join('|');
    const pattern = {
      regex: `^(?!\\.|(?:${names || '(?!)'})$)`,
      message: `${folder}/ may import only these packages: ${packages.join(', ') || 'none'}.`,
    };
    rules['@typescript-eslint/no-restricted-imports'] = ['error', { patterns: [pattern] }];
  }
  // A folder of its own inside of another has its own arrows.
  const ignores = FOLDERS.filter((other) => isInside(other, folder)).map((other) => `${other}/**`);
  return { files: [`${folder}/**/*.ts`], ignores, rules };
}

export default tseslint.config(
  { ignores: ['dist/**', 'client/dist/**', 'node_modules/**', 'tools/verify-packages/consumer/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$', argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-syntax': ['error', ENUM],
      'max-lines': ['error', { max: 300 }],
      eqeqeq: 'error',
    },
  },
  ...Object.keys(ARROWS).map(arrowRule),
  {
    // What runs inside a workflow must do the same again when it is replayed.
    files: ['domain/**/*.ts', 'workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...NONDETERMINISTIC],
      'no-restricted-modules': ['error', ...builtinModules],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
      'no-restricted-syntax': ['error', ENUM, ...MODULE_STATE],
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now', message: 'Take `now` as an argument.' },
      ],
    },
  },
  // Matchers of vitest are typed `any`.
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
