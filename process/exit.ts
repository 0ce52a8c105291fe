import { ConfigurationError } from '../wechatpay/merchants/faults.js';

/** The exit codes, for scripts and supervisors. */
export const EXIT_CODES = {
  ok: 0,
  unexpected: 1,
  /** Arguments, environment, the merchants file or its keys, Temporal's own profile, or an address that is taken. */
  configuration: 2,
  /** The Temporal server cannot be reached, or does not let us in. */
  connection: 3,
  /** There is no such namespace, or it lacks the search attributes. */
  setupMissing: 4,
} as const;

/** An error with a message for people and an exit code of its own. */
export abstract class ExitError extends Error {
  abstract readonly exitCode: number;
}

/** What must be ended with a process, in reverse order. */
export type Ends = (() => Promise<void>)[];

/** Runs something, and then ends all that it has begun, also if it or an end fails. The first failure is the one that is thrown. */
export async function endingAll(run: (ends: Ends) => Promise<void>): Promise<void> {
  const ends: Ends = [];
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  await run(ends).catch(fail);
  for (const end of ends.reverse()) await end().catch(fail);
  if (failures.length > 0) throw failures[0];
}

/**
 * Runs a command. If it fails, says why and ends the process with the exit code for that.
 *
 * @param what the process is, for the message of an unexpected error
 */
export async function endWell(what: string, command: () => Promise<unknown>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const { message, code } = farewell(what, error);
    console.error(message);
    // The native side may still wait for a server that never answers, so the process does not end by itself.
    process.exit(code);
  }
}

/** The message and the exit code. The text of an unexpected error is left out: it may quote what is secret. */
function farewell(what: string, error: unknown): { readonly message: string; readonly code: number } {
  if (error instanceof ConfigurationError) return { message: error.message, code: EXIT_CODES.configuration };
  if (error instanceof ExitError) return { message: error.message, code: error.exitCode };
  const [name, ...frames] = placeOf(error).split('\n');
  return {
    message: [`unexpected ${name}; this is a fault of the ${what}`, ...frames].join('\n'),
    code: EXIT_CODES.unexpected,
  };
}

/** The name of an error and where it was thrown, without its text. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
}
