import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../worker/run-command.js';

const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; bin: object };

/** The native libraries that a process has loaded, printed as it ends. */
const PRINT_NATIVE = `data:text/javascript,${encodeURIComponent(`
  process.on('exit', () => {
    const { sharedObjects } = process.report.getReport();
    console.log('native:' + sharedObjects.filter((path) => path.endsWith('.node')).length);
  });
`)}`;

describe('wechatpay-orders', () => {
  it('is the one program of the package', () => {
    expect(bin).toEqual({ 'wechatpay-orders': 'dist/cli/main.js' });
  });

  it('lists its commands, and tells its version', async () => {
    const { code, said } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of ['worker', 'receiver', 'api', 'setup', 'doctor', 'demo', 'sandbox', 'temporal'])
      expect(said).toMatch(new RegExp(`^ {2}${name} {2,}\\w`, 'm'));
    expect(await run(['--version'])).toEqual({ code: 0, said: `${version}\n` });
  });

  it('shows its help if it is told nothing to do, and ends with 2', async () => {
    const { said } = await run(['--help']);
    expect(await run([])).toEqual({ code: 2, said });
  });

  it('knows what was meant by a misspelt command, and repeats nothing that may be a key', async () => {
    const said = (meant: string): string =>
      `The arguments cannot be used: unknown command${meant}\nSee wechatpay-orders --help.\n`;
    expect(await run(['sandbocks'])).toEqual({ code: 2, said: said(' (did you mean sandbox?)') });
    expect(await run(['the-apiv3-key'])).toEqual({ code: 2, said: said('') });
  });

  it('leaves everything after the name to the command, also after --', async () => {
    expect((await run(['demo', '--', '--exit', '--orders', 'none.jsonl'])).said).toContain('none.jsonl cannot be read');
    const { code, said } = await run(['sandbox', '--version']);
    expect({ code, said }).toMatchObject({ code: 2, said: expect.stringContaining("unknown option '--version'") });
  });

  it.each([
    ['sandbox', 0],
    ['temporal', 0],
    ['worker', 1],
  ])('loads only what the command needs: %s', async (name, count) => {
    const { said } = await run([name, '--help'], { NODE_OPTIONS: `--import ${PRINT_NATIVE}` });
    expect(said).toContain(`native:${count}\n`);
  });
});
