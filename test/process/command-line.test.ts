import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { hostAndPort, listOf, matching, newCommand, oneOf, wholeNumber } from '../../process/command-line.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> };

/** These have tests of their own, with more of their arguments; most of those tests start them compiled. */
const TESTED = ['demo', 'worker', 'setup', 'doctor', 'receiver', 'api', 'sandbox', 'temporal', 'replay'];

/** What npm runs from source, by the name of its script: a program, and its command if it has several. */
const FROM_SOURCE = Object.entries(scripts).flatMap(([name, script]): [string, string[]][] => {
  const [, ...words] = /^(?:tsx|node --import tsx) (\S+)(?: (\S+))?$/.exec(script) ?? [];
  return words.length === 0 ? [] : [[name, words.filter((word) => word !== undefined)]];
});

function isTested([name]: readonly [string, string[]]): boolean {
  return TESTED.includes(name);
}

/** What its help begins with: a command of ours is named as it is in the package. */
function usageOf([program = '', command = '']: readonly string[]): string {
  return program === 'cli/main.ts' ? `wechatpay-orders ${command}` : 'npm run';
}

/** How a program ends, and what it writes. */
function ended(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('every program with tests of its own', () => {
  it('is one that npm runs from source', () => {
    expect(FROM_SOURCE.filter(isTested).map(([name]) => name)).toEqual(TESTED);
  });

  it.each(FROM_SOURCE.filter(isTested))('explains itself from source: npm run %s', async (_, words) => {
    const { code, stdout } = await ended(...words, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: ${usageOf(words)} `));
    expect(code).toBe(0);
  });
});

describe('every tool', () => {
  const others = FROM_SOURCE.filter((each) => !isTested(each));

  it.each(others)('says what it does not know, and how to ask for help: npm run %s', async (name, words) => {
    const stderr = `The arguments cannot be used: unknown option '--no-such-option'\nSee npm run ${name} -- --help.\n`;
    expect(await ended(...words, '--no-such-option')).toEqual({ code: 2, stdout: '', stderr });
  });
});

function parse(command: Command, ...args: readonly string[]): unknown {
  return command.parse(args, { from: 'user' }).opts();
}

describe('arguments that cannot be used', () => {
  const tool = (mayRepeat?: boolean): Command =>
    newCommand('npm run tool --', 'A tool.', mayRepeat === undefined ? {} : { mayRepeat })
      .argument('[form]', 'a form', oneOf(['round', 'square']))
      .option('--count <n>', 'how many', wholeNumber(1, 20))
      .option('--address <host:port>', 'where', hostAndPort)
      .option('--mchid <n>', 'which', listOf(matching(/^\d+$/, 'must be digits')));

  it.each([
    [['--cuont', '1'], "unknown option '--cuont' (did you mean --count?)"],
    [['--count', '0'], "option '--count <n>' must be a whole number from 1 to 20"],
    [['--count', '21'], "option '--count <n>' must be a whole number from 1 to 20"],
    [['--count', '0x5'], "option '--count <n>' must be a whole number from 1 to 20"],
    [['--count', '1.5'], "option '--count <n>' must be a whole number from 1 to 20"],
    [['--count'], "option '--count <n>' argument missing"],
    [['--address', '7233'], "option '--address <host:port>' must be host:port, as in 127.0.0.1:7233"],
    [['--mchid', '1,x'], "option '--mchid <n>' must be digits"],
    [['triangle'], 'form must be one of round, square'],
    [['round', 'square'], 'too many arguments. Expected 1 argument but got 2.'],
  ])('are refused with what is wrong: %j', (args, fault) => {
    const message = `The arguments cannot be used: ${fault}\nSee npm run tool -- --help.`;
    const expected = expect.objectContaining({ name: 'UsageError', exitCode: 2, message }) as Error;
    expect(() => parse(tool(), ...args)).toThrow(expected);
  });

  it.each([[['--SECRET']], [['-SECRET']], [["--SEC'RET is invalid."]], [["SECRET' is invalid for argument 'form'."]]])(
    'are not repeated if they may be a key: %j',
    (args) => {
      expect(() => parse(tool(false), ...args)).toThrow(/^(?!.*SEC).*cannot be used/s);
    },
  );

  it.each(['--count', '--address', '--mchid'])('are never repeated as values of %s', (option) => {
    expect(() => parse(tool(), option, "SEC'RET' is invalid. x")).toThrow(/^(?!.*SEC).*must be/s);
  });

  it('name the command of a program with several', () => {
    const program = newCommand('tool', 'A tool.').addCommand(newCommand('cut', 'Cuts.').action(() => undefined));
    expect(() => parse(program, 'cut', 'paper')).toThrow('See tool cut --help.');
    expect(() => parse(program, 'cat')).toThrow("unknown command 'cat' (did you mean cut?)\nSee tool --help.");
  });
});

describe('a list', () => {
  it.each([
    [
      ['--only', 'a,b'],
      ['a', 'b'],
    ],
    [
      ['--only', 'a', '--only', 'b,a'],
      ['a', 'b', 'a'],
    ],
  ])('has commas, or its option more than once: %j', (args, only) => {
    expect(parse(newCommand('tool', '').option('--only <names>', '', listOf(oneOf(['a', 'b']))), ...args)).toEqual({
      only,
    });
  });
});
