import { setTimeout as sleep } from 'node:timers/promises';
import { isOrderClientError } from '../../client/index.js';

/** What a checkout tries again on, as the client's documents tell it to. */
const TRIED_AGAIN: ReadonlySet<string> = new Set(['no-server', 'no-worker']);

const PAUSE_MS = 500;
/** A call that fails in a way that nobody knows is made so often before its order is given up. */
const MOST_UNKNOWN = 5;

/** Makes the calls of checkouts and operators, as one that is written well would. */
export class Insisting {
  /** Errors that are none of the client's, with what was called. */
  readonly unknown: string[] = [];
  /** How often each code was met. */
  readonly codes = new Map<string, number>();

  /** @param isOver whether nobody waits any longer */
  constructor(private readonly isOver: () => boolean) {}

  /** @throws an error of the client other than those that are tried again on; the last error, when it is over */
  async insist<T>(what: string, call: () => Promise<T>): Promise<T> {
    for (let unknown = 0; ;) {
      try {
        return await call();
      } catch (error) {
        this.note(what, error);
        if (isOrderClientError(error)) {
          if (!TRIED_AGAIN.has(error.code)) throw error;
        } else if (++unknown > MOST_UNKNOWN) throw error;
        if (this.isOver()) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Makes a call once. @returns whether it succeeded */
  async attempt(what: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      this.note(what, error);
      return false;
    }
  }

  /** Insists on a call that an order may refuse, since it has ended or is too far. */
  async offer(what: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await this.insist(what, call);
    } catch (error) {
      const isRefusal = isOrderClientError(error) && ['already-ended', 'invalid-order'].includes(error.code);
      if (!isRefusal && !this.isOver()) throw error;
    }
  }

  private note(what: string, error: unknown): void {
    if (isOrderClientError(error)) this.codes.set(error.code, (this.codes.get(error.code) ?? 0) + 1);
    else this.unknown.push(`${what}: ${inWords(error)}`);
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.name}: ${error.message}${cause}`.slice(0, 300);
}
