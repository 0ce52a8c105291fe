import { join } from 'node:path';
import { ROOT, type Tarballs } from './pack.js';
import { run } from './run.js';

/** What looks at the exports of a tarball, and at the types of each. */
interface ExportsCheck {
  readonly name: string;
  readonly package: keyof Tarballs;
  readonly program: 'publint' | 'attw';
  readonly args: (tarball: string) => readonly string[];
}

const ATTW = ['--no-definitely-typed', '--no-emoji', '--no-color'];

export const EXPORTS_CHECKS: readonly ExportsCheck[] = [
  { name: 'publint, client', package: 'client', program: 'publint', args: (tarball) => ['run', tarball, '--strict'] },
  { name: 'publint, worker', package: 'worker', program: 'publint', args: (tarball) => ['run', tarball, '--strict'] },
  {
    name: 'attw, client',
    package: 'client',
    program: 'attw',
    // A JSON file has no types, and what node10 resolves knows no exports.
    args: (tarball) => [tarball, ...ATTW, '--exclude-entrypoints', './outcome-event.schema.json'],
  },
  {
    name: 'attw, worker',
    package: 'worker',
    program: 'attw',
    args: (tarball) => [tarball, ...ATTW, '--profile', 'esm-only', '--exclude-entrypoints', './testing'],
  },
  {
    name: 'attw, testing',
    package: 'worker',
    program: 'attw',
    args: (tarball) => [tarball, ...ATTW, '--entrypoints', './testing'],
  },
];

/** @throws if it finds fault */
export async function checkExports(check: ExportsCheck, tarballs: Tarballs): Promise<void> {
  await run(join(ROOT, 'node_modules/.bin', check.program), check.args(tarballs[check.package]), ROOT, process.env);
}
