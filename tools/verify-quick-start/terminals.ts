import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ExitError } from '../../process/exit.js';
import { type Cleanups, endGroup, until } from '../processes.js';

/** How long a command may take, or one that keeps running until it shows that it is ready. */
const COMMAND_WITHIN_MS = 300_000;
/** How long what is seen may take to be there. */
const SEEN_WITHIN_MS = 30_000;
/** How long what runs may take to end when it is asked to; then it is killed. */

/** A command failed, or did not show what it should. */
export class CommandFailedError extends ExitError {
  override readonly name = 'CommandFailedError';
  override readonly exitCode = 1;
}

/** A command in a process group of its own, so that all that it starts can be ended with it. */
interface Terminal {
  readonly command: string;
  readonly child: ChildProcess;
  /** All that it has written. */
  output: string;
}

/** Runs commands as a person does who types them into terminals that are all in one folder. */
export class Terminals {
  private readonly running: Terminal[] = [];
  private last: Terminal | undefined;

  /** @param folder where the first command runs; the next ones, where the one before has gone (`cd`) */
  constructor(
    private folder: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly cleanups: Cleanups,
  ) {}

  /** The folder of the next command. */
  get here(): string {
    return this.folder;
  }

  /** Runs a command until it ends. @returns all that it wrote @throws CommandFailedError */
  async run(command: string): Promise<string> {
    const terminal = this.open(command, `${command}\npwd -P >&3`);
    let folder = '';
    (terminal.child.stdio[3] as Readable).on('data', (chunk: Buffer) => (folder += chunk.toString()));
    await this.within(terminal, () => hasEnded(terminal));
    if (terminal.child.exitCode !== 0) throw failed(terminal, `ended with ${terminal.child.exitCode ?? 'a signal'}`);
    this.last = terminal;
    this.folder = folder.trim();
    return terminal.output;
  }

  /** Starts a command that keeps running, and returns when it has shown a text. @throws CommandFailedError */
  async start(command: string, text: string): Promise<void> {
    const terminal = this.open(command, command);
    await this.within(terminal, () => terminal.output.includes(text) || hasEnded(terminal));
    if (hasEnded(terminal)) throw failed(terminal, 'ended, and should run');
    this.running.push(terminal);
  }

  /** Waits until the last command or one that runs has shown each of the lines. @throws CommandFailedError */
  async see(lines: readonly string[], withinMs = SEEN_WITHIN_MS): Promise<void> {
    const shown = [...this.running, ...(this.last === undefined ? [] : [this.last])];
    const isSeen = (line: string): boolean => shown.some(({ output }) => output.split('\n').includes(line));
    await until('it is seen', withinMs, () => lines.every(isSeen)).catch(() => {
      const said = shown.map(saidBy).join('\n');
      throw new CommandFailedError(
        `This was not seen:\n${lines.filter((line) => !isSeen(line)).join('\n')}\n\n${said}`,
      );
    });
  }

  private open(command: string, script: string): Terminal {
    const child = spawn('bash', ['-e', '-c', script], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const terminal: Terminal = { command, child, output: '' };
    child.once('error', (error) => (terminal.output += error.message));
    child.stdout?.on('data', (chunk: Buffer) => (terminal.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (terminal.output += chunk.toString()));
    this.cleanups.push(() => endGroup(child));
    return terminal;
  }

  private async within(terminal: Terminal, holds: () => boolean): Promise<void> {
    await until(terminal.command, COMMAND_WITHIN_MS, holds).catch(() => {
      throw failed(terminal, `was not done within ${COMMAND_WITHIN_MS / 1000} s`);
    });
    // What it wrote last is there when its pipes are closed.
    if (hasEnded(terminal) && !terminal.child.stdout?.closed) await once(terminal.child, 'close');
  }
}

function hasEnded({ child }: Terminal): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function saidBy({ command, output }: Terminal): string {
  return `$ ${command.trimEnd()}\n${output.trimEnd()}\n`;
}

function failed(terminal: Terminal, what: string): CommandFailedError {
  return new CommandFailedError(`This ${what}:\n${saidBy(terminal)}`);
}
