import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** What Node reports on a system with musl, and how its loader fails there. */
const ON_MUSL = `
  const report = process.report.getReport.bind(process.report);
  process.report.getReport = () => {
    const { glibcVersionRuntime: _, ...header } = report().header;
    return { header };
  };
  process.dlopen = () => { throw new Error('Error loading shared library ld-linux-x86-64.so.2'); };
`;

function said(program: string, before: string): string {
  const preload = `data:text/javascript,${encodeURIComponent(before)}`;
  const args = ['--import', 'tsx', '--import', preload, 'cli/main.ts', program, '--help'];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr;
}

it.each(['worker', 'receiver'])('where there is no glibc, the %s says what to do, before anything else', (program) => {
  const [first = ''] = said(program, ON_MUSL).split('\n');
  expect(first).toMatch(/^This system has musl instead of glibc, .*: use an image that is based on Debian/);
});

it('says nothing where there is glibc', () => {
  expect(said('worker', '')).toBe('');
});
