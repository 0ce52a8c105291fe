import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ExitError } from '../../process/exit.js';
import { type Cleanups, endGroup, until } from '../processes.js';

/** How long a command may take: the first one of a machine downloads and compiles libraries. */
const COMMAND_WITHIN_MS = 600_000;
const LISTENS_WITHIN_MS = 60_000;

/** A program did not do what it should. */
export class ProgramError extends ExitError {
  override readonly name = 'ProgramError';
  override readonly exitCode = 1;
}

/** Runs commands in one folder, each in a process group of its own, so that all that it starts is ended with it. */
export class Commands {
  constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly cleanups: Cleanups,
  ) {}

  /** @returns what the command wrote to its standard output @throws ProgramError if it does not end well */
  async run(command: readonly string[]): Promise<string> {
    const { child, output } = this.start(command);
    await until(command.join(' '), COMMAND_WITHIN_MS, () => hasEnded(child)).catch((error: unknown) => {
      throw new ProgramError(`${String(error)}\n${output.all}`);
    });
    if (child.exitCode !== 0) {
      throw new ProgramError(`${command.join(' ')} ended with ${child.exitCode ?? 'a signal'}:\n${output.all}`);
    }
    return output.out;
  }

  /** Starts a command that listens at a port, and returns when it does. @returns all that it has written so far */
  async serve(command: readonly string[], port: number): Promise<() => string> {
    const { child, output } = this.start(command);
    const isUp = (): Promise<boolean> => listens(port);
    await until(`${command.join(' ')} listens`, LISTENS_WITHIN_MS, async () => hasEnded(child) || isUp()).catch(
      (error: unknown) => {
        throw new ProgramError(`${String(error)}\n${output.all}`);
      },
    );
    if (hasEnded(child)) throw new ProgramError(`${command.join(' ')} ended:\n${output.all}`);
    return () => output.all;
  }

  private start([file = '', ...args]: readonly string[]) {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { all: '', out: '' };
    child.once('error', (error) => (output.all += error.message));
    child.stdout.on('data', (chunk: Buffer) => {
      output.all += chunk.toString();
      output.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (output.all += chunk.toString()));
    this.cleanups.push(() => endGroup(child));
    return { child, output };
  }
}

/** Its pipes are closed then, too. */
function hasEnded({ pid, exitCode, signalCode, stdout }: ChildProcess): boolean {
  return pid === undefined || ((exitCode !== null || signalCode !== null) && stdout?.closed === true);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
