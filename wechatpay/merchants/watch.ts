import { setTimeout as sleep } from 'node:timers/promises';
import type { MerchantList } from '../merchant.js';
import { ConfigurationError, say } from './faults.js';
import { readMerchants, type LoadedMerchants } from './file.js';
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
  /** Hears of each change: `taken`, or `refused` where what was there stays. */
  readonly onReload?: (result: 'taken' | 'refused') => void;
}

export interface MerchantsWatch {
  /** As the file says now. A merchant that was found stays as it is, for the call that found it. */
  readonly merchants: MerchantList;
  /** Looks no more, and downloads no more by itself. */
  stop(): Promise<void>;
}

/** One reading of the file: what it gave, or what is wrong with it. */
interface Reading {
  readonly files: FilesRead;
  readonly loaded?: LoadedMerchants;
  readonly faults?: readonly string[];
}

/**
 * Keeps merchants as their file says, while a process runs. The file and its keys can be replaced at any time: what is
 * new is read and checked as a whole, and taken only if nothing is wrong with it. Platform certificates are downloaded
 * in the background, now and from time to time; nothing waits for them.
 *
 * @param path of the merchants file
 * @param first the file as it was read just before; default: it is read now
 * @throws ConfigurationError where it cannot be used now
 */
export function watchMerchants(
  path: string,
  options: WatchOptions,
  first: LoadedMerchants = readMerchants(path, options),
): MerchantsWatch {
  const { logger, onReload, everyMs } = options;
  let current = first;
  const downloads = new Downloads(logger);
  downloads.start(first.certificates);
  tellExposed(first, logger);
  const take = (loaded: LoadedMerchants): void => {
    downloads.replace(current.certificates, loaded.certificates);
    current = loaded;
  };
  const settle = ({ loaded, faults }: Reading): void => {
    if (loaded !== undefined) {
      take(loaded);
      say(() => logger.info('the merchants file or a key in it has changed, and is taken'));
      tellExposed(loaded, logger);
    } else {
      const message = 'the merchants file or a key in it has changed, and cannot be used: what was there stays';
      say(() => logger.warn(message, { faults }));
    }
    say(() => onReload?.(loaded === undefined ? 'refused' : 'taken'));
  };
  const stopped = new AbortController();
  const watching = everyMs === 0 ? undefined : watch(path, options, first, settle, stopped.signal);
  return {
    merchants: { find: (mchid) => current.list.find(mchid), all: () => current.list.all() },
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
const MAX_TOLD = 20;

/** A mode alone is no reason to refuse a file: where it is mounted, it may not be ours to set. */
function tellExposed({ exposed }: LoadedMerchants, logger: MerchantsLogger): void {
  if (exposed.length === 0) return;
  const more = exposed.length - MAX_TOLD;
  const faults = [...exposed.slice(0, MAX_TOLD), ...(more > 0 ? [`and ${more} more`] : [])];
  say(() => logger.warn('the files of the merchants are open to every user of this machine: chmod o-rwx', { faults }));
}

/** Looks again and again; a reading that is another than the one before is settled once it stays as it is. */
async function watch(
  path: string,
  options: WatchOptions,
  first: LoadedMerchants,
  settle: (reading: Reading) => void,
  signal: AbortSignal,
): Promise<void> {
  const { everyMs, settleMs = Math.min(everyMs, SETTLE_MS) } = options;
  let last: Reading = { files: first.files, loaded: first };
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
  try {
    return { files, loaded: readMerchants(path, options, files) };
  } catch (error) {
    // Of anything else not a word is ours.
    const faults = error instanceof ConfigurationError ? error.faults : ['unexpected error'];
    return { files, faults };
  }
}
