import { spawn } from 'node:child_process';

/** How often a caller's `giveUp` is called, in milliseconds. */
const WATCH_INTERVAL_MS = 250;
/** How much of a child's output is kept for its error message, in characters. */
const KEPT_OUTPUT = 20_000;

export type RunResult =
  | { readonly outcome: 'exited'; readonly code: number; readonly output: string }
  | { readonly outcome: 'ended'; readonly reason: string; readonly output: string }
  | { readonly outcome: 'not-started'; readonly reason: string };

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The child is killed after this many milliseconds. */
  readonly limitMs: number;
  /** Called every quarter of a second. If it returns a reason, the child is killed. */
  readonly giveUp?: (output: string) => Promise<string | undefined>;
}

/** Runs a program until it ends, or until its time limit. Never throws: a failure is a result. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    let ended: string | undefined;
    const keep = (chunk: string) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    const end = (reason: string) => {
      ended ??= reason;
      // Not SIGTERM: a process in which the SDK's runtime has started does not end on it.
      child.kill('SIGKILL');
      // A grandchild may keep the pipes open long after the child has ended.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const limit = setTimeout(
      () => end(`it had not ended after ${Math.round(options.limitMs / 1000)} s`),
      options.limitMs,
    );
    const watch = setInterval(() => {
      void options.giveUp?.(output).then((reason) => {
        if (reason !== undefined) end(reason);
      });
    }, WATCH_INTERVAL_MS);
    const finish = (result: RunResult) => {
      clearTimeout(limit);
      clearInterval(watch);
      resolve(result);
    };

    child.on('error', (error) => finish({ outcome: 'not-started', reason: error.message }));
    child.on('close', (code, signal) => {
      if (ended !== undefined) return finish({ outcome: 'ended', reason: ended, output });
      if (code === null) {
        return finish({ outcome: 'ended', reason: `it was ended by ${String(signal)}`, output });
      }
      finish({ outcome: 'exited', code, output });
    });
  });
}

/** The line of a program's output that best explains a failure: the last one with the word error, or else the last. */
export function errorLine(output: string): string {
  const lines = output
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const line = lines.findLast((each) => /\berror\b/i.test(each)) ?? lines.at(-1) ?? 'no output';
  return line.length > 300 ? `${line.slice(0, 140)} … ${line.slice(-140)}` : line;
}
