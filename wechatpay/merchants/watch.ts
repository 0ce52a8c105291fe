import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../domain/validation.js';
import type { MerchantList } from '../merchant.js';
import { type Configured, describeFault, notify, orThrow } from './faults.js';
import { readMerchants, type LoadedMerchants } from './file.js';
import { tried } from './file-kind.js';
import { FilesRead } from './files.js';
import type { ReadOptions } from './keys.js';
import { Downloads, type MerchantsLogger } from './platform-certificates.js';

/** Files are written in parts, one after the other. */
const SETTLE_MS = 1_000;

export interface WatchOptions extends ReadOptions {
  /** How often the merchants file and every file that it names are looked at, milliseconds. 0: never again. */
  readonly everyMs: number;
  /** How long a change must stay as it is before it counts, milliseconds. Default: a second, or `everyMs` if that is less. */
  readonly settleMs?: number;
  readonly logger: MerchantsLogger;
  /** Called after each change: `taken`, or `refused` if the merchants stay as they were. */
  readonly onReload?: (result: 'taken' | 'refused') => void;
}

export interface MerchantsWatch {
  /** As the file says now. A merchant that a call has found stays the same for that call. */
  readonly merchants: MerchantList;
  /** Ends the watch and the downloads in the background. */
  stop(): Promise<void>;
}

/** One reading of the file. */
interface Reading {
  readonly files: FilesRead;
  readonly result: Configured<LoadedMerchants>;
}

/**
 * Keeps merchants as their file says, while a process runs. The file and its keys can be replaced at any time: the new
 * ones are read and checked as a whole, and used only if they have no fault. Platform certificates are downloaded in the
 * background, now and from time to time; nothing waits for them.
 *
 * @param path of the merchants file
 * @param first the file as it was read just before; default: it is read now
 * @throws ConfigurationError if it cannot be used now
 */
export function watchMerchants(
  path: string,
  options: WatchOptions,
  first: LoadedMerchants = orThrow(readMerchants(path, options)),
): MerchantsWatch {
  const { logger, onReload, everyMs } = options;
  let current = first;
  const downloads = new Downloads(logger);
  downloads.start(first.certificates);
  warnOfExposed(first, logger);
  const settle = ({ result }: Reading): void => {
    if (result.ok) {
      downloads.replace(current.certificates, result.value.certificates);
      current = result.value;
      notify(() => logger.info('the merchants file or a key in it has changed, and is taken'));
      warnOfExposed(current, logger);
    } else {
      const message = 'the merchants file or a key in it has changed, and cannot be used: what was there stays';
      const faults = result.faults.map(describeFault);
      notify(() => logger.warn(message, { faults }));
    }
    notify(() => onReload?.(result.ok ? 'taken' : 'refused'));
  };
  const stopped = new AbortController();
  const watching = everyMs === 0 ? undefined : watch(path, options, first, settle, stopped.signal);
  return {
    merchants: {
      find: (mchid) => current.list.find(mchid),
      all: () => current.list.all(),
      version: () => current.list.version(),
    },
    stop: async () => {
      stopped.abort();
      try {
        await watching;
      } finally {
        downloads.stop(current.certificates);
      }
    },
  };
}

/** How many files are named at most. */
const MAX_NAMED = 20;

/** A mode alone is no reason to refuse a file: that of a mounted file may not be the operator's to set. */
function warnOfExposed({ exposed }: LoadedMerchants, logger: MerchantsLogger): void {
  if (exposed.length === 0) return;
  const more = exposed.length - MAX_NAMED;
  const faults = [...exposed.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
  notify(() =>
    logger.warn('the files of the merchants are open to every user of this machine: chmod o-rwx', { faults }),
  );
}

/** Looks again and again. A change is settled once the files have stayed the same for a while. */
async function watch(
  path: string,
  options: WatchOptions,
  first: LoadedMerchants,
  settle: (reading: Reading) => void,
  signal: AbortSignal,
): Promise<void> {
  const { everyMs, settleMs = Math.min(everyMs, SETTLE_MS) } = options;
  let last: Reading = { files: first.files, result: ok(first) };
  let isSettled = true;
  while (!signal.aborted) {
    await sleep(isSettled ? everyMs : settleMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    if (await last.files.haveChanged()) {
      last = read(path, options);
      isSettled = false;
    } else if (!isSettled) {
      isSettled = true;
      settle(last);
    }
  }
}

function read(path: string, options: WatchOptions): Reading {
  const files = new FilesRead();
  const unexpected = { what: `The merchants file ${path} cannot be used`, where: '', rule: 'unexpected error' };
  // A fault of ours must not end the process, and its message may quote a key.
  const result = tried(() => readMerchants(path, options, files)) ?? { ok: false, faults: [unexpected] };
  return { files, result };
}
