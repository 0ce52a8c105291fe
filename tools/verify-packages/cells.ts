/** One way in which a checkout installs, compiles and runs what it imports. */
export interface Cell {
  readonly name: string;
  readonly manager: 'npm' | 'pnpm' | 'yarn1' | 'yarn4';
  /** The major version of Node.js. */
  readonly node: 20 | 22 | 24;
  /** Of the checkout's own package. */
  readonly type: 'module' | 'commonjs';
  /** How TypeScript compiles it. */
  readonly compilerOptions: Readonly<Record<string, string | boolean>>;
  /** What makes it run: the file that `tsc` writes, a bundle of it, or a test of Jest that requires the package. */
  readonly runs: 'compiled' | 'bundled' | 'jest';
  /** The version of `@temporalio/client`. Default: that of this project. */
  readonly temporal?: string;
  /** The worker's package is installed, too: its engines must hold for all that it brings. */
  readonly withWorker?: boolean;
  /** A `.npmrc`. */
  readonly npmrc?: string;
}

const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' } as const;

export const CELLS: readonly Cell[] = [
  {
    name: 'npm, Node 20, nodenext',
    manager: 'npm',
    node: 20,
    type: 'module',
    compilerOptions: NODENEXT,
    runs: 'compiled',
  },
  {
    name: 'npm engine-strict, Node 20',
    manager: 'npm',
    node: 20,
    type: 'module',
    compilerOptions: NODENEXT,
    runs: 'compiled',
    withWorker: true,
    npmrc: 'engine-strict=true\n',
  },
  {
    name: 'npm, Node 22, node16 CJS',
    manager: 'npm',
    node: 22,
    type: 'commonjs',
    compilerOptions: { module: 'node16', moduleResolution: 'node16' },
    runs: 'compiled',
  },
  {
    name: 'npm, Node 24, bundler',
    manager: 'npm',
    node: 24,
    type: 'module',
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler' },
    runs: 'compiled',
  },
  {
    name: 'pnpm, Node 22, esbuild',
    manager: 'pnpm',
    node: 22,
    type: 'module',
    compilerOptions: NODENEXT,
    runs: 'bundled',
  },
  {
    name: 'yarn 1, Node 20, node10',
    manager: 'yarn1',
    node: 20,
    type: 'commonjs',
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true },
    runs: 'compiled',
    temporal: '1.13.1',
    withWorker: true,
  },
  { name: 'yarn 4, Node 22', manager: 'yarn4', node: 22, type: 'module', compilerOptions: NODENEXT, runs: 'compiled' },
  {
    name: 'Jest in CJS',
    manager: 'npm',
    node: 20,
    type: 'commonjs',
    compilerOptions: { module: 'node16', moduleResolution: 'node16' },
    runs: 'jest',
  },
];
