import type { MerchantList } from '../merchant.js';
import { type Configured, notify, orThrow } from './faults.js';
import { readMerchants, type LoadedMerchants } from './file.js';
import type { ReadOptions } from './keys.js';
import { Downloads, type MerchantsLogger } from './platform-certificates.js';
import { logChange, warnOfExposed, watchFiles } from './watch-files.js';

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
  const { logger, onReload, everyMs, settleMs } = options;
  let current = first;
  const downloads = new Downloads(logger);
  downloads.start(first.certificates);
  const warn = ({ exposed }: LoadedMerchants): void => warnOfExposed(logger, 'the files of the merchants', exposed);
  warn(first);
  const onChange = (result: Configured<LoadedMerchants>): void => {
    if (result.ok) {
      downloads.replace(current.certificates, result.value.certificates);
      current = result.value;
    }
    logChange(logger, 'the merchants file or a key in it', result);
    if (result.ok) warn(current);
    notify(() => onReload?.(result.ok ? 'taken' : 'refused'));
  };
  const stopWatching = watchFiles(first.files, {
    read: (files) => readMerchants(path, options, files),
    what: `The merchants file ${path} cannot be used`,
    onChange,
    everyMs,
    settleMs,
  });
  return {
    merchants: {
      find: (mchid) => current.list.find(mchid),
      all: () => current.list.all(),
      version: () => current.list.version(),
    },
    stop: async () => {
      try {
        await stopWatching();
      } finally {
        downloads.stop(current.certificates);
      }
    },
  };
}
