import { setTimeout as sleep } from 'node:timers/promises';
import { isOrderClientError, type OrderClientError } from '../../client/index.js';

/** The errors after which a checkout should try again, by the client's documents. */
const RETRYABLE: ReadonlySet<string> = new Set(['no-server', 'no-worker']);

/** The errors that stay until somebody corrects the client or the workers. */
const OUR_FAULTS: ReadonlySet<string> = new Set(['call-failed', 'other-encoding']);

const PAUSE_MS = 500;
/** How often a call is tried again after an error without a code. */
const MAX_RETRIES_WITHOUT_CODE = 5;

/** Makes the calls of checkouts and operators, and tries again as the client's documents say. */
export class ClientCalls {
  /** Errors that should not come, each with its call: those without a code, and {@link OUR_FAULTS}. */
  readonly unknown: string[] = [];
  /** How often each error code came. */
  readonly codes = new Map<string, number>();

  /** @param isOver whether the storm is over: then nothing is tried again */
  constructor(private readonly isOver: () => boolean) {}

  /** Makes a call until it succeeds. @throws an error that should not be tried again; the last error, when the storm is over */
  async untilDone<T>(name: string, call: () => Promise<T>): Promise<T> {
    for (let unknown = 0; ;) {
      try {
        return await call();
      } catch (error) {
        this.count(name, error);
        if (isExpected(error)) {
          if (!RETRYABLE.has(error.code)) throw error;
        } else if (++unknown > MAX_RETRIES_WITHOUT_CODE) throw error;
        if (this.isOver()) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Makes a call once. @returns whether it succeeded */
  async once(name: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      this.count(name, error);
      return false;
    }
  }

  /** Makes a call until it succeeds, or the order refuses it because it has ended, or can no longer do this. */
  async untilDoneOrRefused(name: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await this.untilDone(name, call);
    } catch (error) {
      const isRefusal = isOrderClientError(error) && ['already-ended', 'invalid-order'].includes(error.code);
      if (!isRefusal && !this.isOver()) throw error;
    }
  }

  private count(name: string, error: unknown): void {
    if (isExpected(error)) this.codes.set(error.code, (this.codes.get(error.code) ?? 0) + 1);
    else this.unknown.push(`${name}: ${describe(error)}`);
  }
}

/** Any error of the client but those that are a fault of ours here. */
function isExpected(error: unknown): error is OrderClientError {
  return isOrderClientError(error) && !OUR_FAULTS.has(error.code);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.name}: ${error.message}${cause}`.slice(0, 300);
}
