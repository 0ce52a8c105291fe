import { setTimeout as sleep } from 'node:timers/promises';
import { type Configured, describeFault, notify } from './faults.js';
import { tried } from './file-kind.js';
import { FilesRead } from './files.js';

/** Files are written in parts, one after the other. */
const SETTLE_MS = 1_000;

export interface FilesWatch<T> {
  /** Reads everything anew. @param files learns which files the result depends on, also if there are faults */
  readonly read: (files: FilesRead) => Configured<T>;
  /** What cannot be used if `read` throws: a sentence without its end. */
  readonly what: string;
  /** Called once a change is settled. */
  readonly onChange: (result: Configured<T>) => void;
  /** How often the files are looked at, milliseconds. 0: never. */
  readonly everyMs: number;
  /** How long a change must stay as it is before it counts, milliseconds. Default: a second, or `everyMs` if that is less. */
  readonly settleMs?: number | undefined;
}

/**
 * Looks again and again at files that were read. A change is settled once the files have stayed the same for a while.
 *
 * @param files those that were read at the start
 * @returns ends the watch
 */
export function watchFiles<T>(files: FilesRead, watch: FilesWatch<T>): () => Promise<void> {
  const stopped = new AbortController();
  const watching = watch.everyMs === 0 ? undefined : look(files, watch, stopped.signal);
  return async () => {
    stopped.abort();
    await watching;
  };
}

async function look<T>(files: FilesRead, watch: FilesWatch<T>, signal: AbortSignal): Promise<void> {
  const { everyMs, settleMs = Math.min(everyMs, SETTLE_MS), onChange } = watch;
  let last: { readonly files: FilesRead; readonly settle?: () => void } = { files };
  let isSettled = true;
  while (!signal.aborted) {
    await sleep(isSettled ? everyMs : settleMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    if (await last.files.haveChanged()) {
      const { result, ...read } = readAnew(watch);
      last = { ...read, settle: () => onChange(result) };
      isSettled = false;
    } else if (!isSettled) {
      isSettled = true;
      last.settle?.();
    }
  }
}

function readAnew<T>({ read, what }: FilesWatch<T>): { readonly files: FilesRead; readonly result: Configured<T> } {
  const files = new FilesRead();
  // A fault of ours must not end the process, and its message may quote a key.
  const result = tried(() => read(files));
  return { files, result: result ?? { ok: false, faults: [{ what, where: '', rule: 'unexpected error' }] } };
}

/** What hears of a change. */
export interface FilesLogger {
  readonly info: (message: string) => void;
  readonly warn: (message: string, attributes: { readonly faults: readonly string[] }) => void;
}

/** Tells the log of a change. @param what has changed, as in `the merchants file or a key in it` */
export function logChange(logger: FilesLogger, what: string, result: Configured<unknown>): void {
  if (result.ok) return notify(() => logger.info(`${what} has changed, and is taken`));
  const faults = result.faults.map(describeFault);
  notify(() => logger.warn(`${what} has changed, and cannot be used: what was there stays`, { faults }));
}

/** How many files are named at most. */
const MAX_NAMED = 20;

/**
 * Warns of files that every user of the machine may read or write. A mode alone is no reason to refuse a file: that of a
 * mounted file may not be the operator's to set.
 *
 * @param whose as in `the files of the merchants`
 */
export function warnOfExposed(logger: FilesLogger, whose: string, exposed: readonly string[]): void {
  if (exposed.length === 0) return;
  const more = exposed.length - MAX_NAMED;
  const faults = [...exposed.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
  notify(() => logger.warn(`${whose} are open to every user of this machine: chmod o-rwx`, { faults }));
}
