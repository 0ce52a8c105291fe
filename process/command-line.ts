import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, type CommanderError, InvalidArgumentError } from 'commander';
import { EXIT_CODES, ExitError } from './exit.js';

/** The exit code of a tool that Ctrl-C ended before its work was done, by the shell's custom. */
export const INTERRUPTED = 130;

/** What was asked for cannot be done as it was asked. The message is for people. */
export class UsageError extends ExitError {
  override readonly name = 'UsageError';
  override readonly exitCode = EXIT_CODES.configuration;
}

interface Help {
  /** What to say before the examples: sections. */
  readonly more?: string;
  /** Commands, and what each does. */
  readonly examples?: Readonly<Record<string, string>>;
  /** What each exit code means, besides that for arguments that cannot be used. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Whether a fault may repeat an unknown option; not if someone may paste a key there. Default: yes. */
  readonly mayRepeat?: boolean;
}

/**
 * A program, or a subcommand: what is the same for all of them. Arguments that cannot be used throw a UsageError.
 *
 * @param name as it is typed: `npm run demo --`
 * @param description may have line breaks where the source needs them
 */
export function newCommand(name: string, description: string, help: Help = {}): Command {
  const { more = '', examples = {}, exitCodes = {}, mayRepeat = true } = help;
  const codes = { [EXIT_CODES.configuration]: 'arguments that cannot be used', ...exitCodes };
  const command = new Command(name);
  return command
    .description(description.replace(/(?<!\n)\n(?!\n)/g, ' '))
    .helpOption('-h, --help', 'show this text')
    .helpCommand(false)
    .addHelpText('after', `${more}${section('Examples', examples)}${section('Exit codes', codes)}`.trimEnd())
    .configureOutput({
      getOutHelpWidth: () => widthOf(process.stdout),
      getErrHelpWidth: () => widthOf(process.stderr),
      outputError: () => undefined,
    })
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(EXIT_CODES.ok);
      // Without the command that it needs: its help has been shown, and says all there is to say.
      if (error.code === 'commander.help') process.exit(EXIT_CODES.configuration);
      const path = command.parent === null ? name : `${command.parent.name()} ${name}`;
      throw new UsageError(`The arguments cannot be used: ${faultOf(error, mayRepeat)}\nSee ${path} --help.`);
    });
}

function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns : 120;
}

/** What commander says, but for the value of an option or an argument: it may be a key. */
function faultOf({ message }: CommanderError, mayRepeat: boolean): string {
  const fault = message
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^'=]*)=.*?'/s, "$1'")
    .replace(/ argument '.*' is invalid\./s, '')
    .replace(/^command-argument value '.*' is invalid for argument '(.*?)'\./s, '$1')
    .replace(/\n\(Did/, ' (did');
  return mayRepeat ? fault : fault.replace(/^(unknown \w+) '.*'/s, '$1');
}

/** A section of a help text: its title, and a line for each name. */
export function section(title: string, lines: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(lines).map((name) => name.length));
  const rows = Object.entries(lines).map(([name, means]) => `  ${name.padEnd(width)}  ${means}`.trimEnd());
  return rows.length === 0 ? '' : `\n${title}:\n${rows.join('\n')}\n`;
}

function refuse(must: string): never {
  throw new InvalidArgumentError(must);
}

/** A whole number from `min` to `max`, both allowed. */
export function wholeNumber(min: number, max: number) {
  return (text: string): number =>
    /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
      ? Number(text)
      : refuse(`must be a whole number from ${min} to ${max}`);
}

/** A text of some form. @param must what to say of any other: `must be 1 to 32 digits` */
export function matching(form: RegExp, must: string) {
  return (text: string): string => (form.test(text) ? text : refuse(must));
}

/** A name or IP address, and a port, as in `127.0.0.1:7233`. */
export const hostAndPort = matching(/^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i, 'must be host:port, as in 127.0.0.1:7233');

export function oneOf<Name extends string>(names: readonly Name[]) {
  return (text: string): Name => names.find((name) => name === text) ?? refuse(`must be one of ${names.join(', ')}`);
}

/** Several, each parsed by `one`: with commas between them, or the option once for each. */
export function listOf<T>(one: (text: string) => T) {
  return (text: string, soFar: readonly T[] = []): readonly T[] => [...soFar, ...text.split(',').map(one)];
}

/** A file that is in the package beside the programs, by its path in the package: `examples/orders.jsonl`. */
export function packageFile(path: string): string {
  // One folder up from here in the sources, two in `dist`.
  const [inSources, inPackage] = [new URL('../', import.meta.url), new URL('../../', import.meta.url)];
  const root = existsSync(new URL('package.json', inSources)) ? inSources : inPackage;
  return fileURLToPath(new URL(path, root));
}

/**
 * Says of a module that cannot be loaded what to install. Fastify is an optional dependency: what yarn 1 cannot install of it on
 * Node.js 20 is not needed, and would end the whole install.
 *
 * @throws UsageError, or what it is given if it is about something else
 */
export function sayWhatIsMissing(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new UsageError(
    'A package that this needs is not installed. Install wechatpay-order-lifecycle again, with its optional dependencies.',
  );
}

/** The version of this package. */
export function ourVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  return version;
}

/** Resolves when the process is asked to end: by Ctrl-C, by its supervisor, or as its terminal is closed. That no longer ends it then. */
export async function untilInterrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/**
 * Runs a tool and ends the process with the exit code that it returns. If it fails, says why.
 *
 * @param args default: those of the process
 */
export async function runTool(
  main: (args: string[]) => Promise<number>,
  args: string[] = process.argv.slice(2),
): Promise<never> {
  try {
    // Not by itself: what a tool still waits for must not keep the process.
    process.exit(await main(args));
  } catch (error) {
    // An error with an exit code is ours, one with a system call is of the system: a stack would only hide the message.
    const isSaid = error instanceof Error && ('exitCode' in error || 'syscall' in error);
    console.error(isSaid ? error.message : error);
    process.exit(isSaid && 'exitCode' in error ? Number(error.exitCode) : EXIT_CODES.unexpected);
  }
}
