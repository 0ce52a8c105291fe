import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '../../testing/demo/processes.js';
import { residentOf, untilIdle } from './orders.js';
import type { Lab, WorkerOptions } from './lab.js';
import type { SubjectName } from './subjects.js';

/** The memory of an idle worker after garbage collection. Bytes. */
export interface Memory {
  /** The resident memory of the whole process. */
  readonly resident: number;
  /** The live heaps of all threads, and the memory of their objects outside of the heap. Without the memory of the SDK's Rust. */
  readonly heap: number;
}

export interface MeasuredWorker {
  readonly pid: number;
  /** @throws Error if the threads do not answer */
  memory(): Promise<Memory>;
}

/**
 * glibc keeps freed memory between blocks that are in use: after 3,000 starts at once, 440 MB of the 670 MB of a bare worker
 * were free, by its own count. With one arena, and with each larger block returned as soon as it is freed, resident memory
 * is what is in use, to within some MB.
 */
const GIVES_BACK = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '16384' } as const;

const COLLECT_GARBAGE = new URL('collect-garbage.js', import.meta.url).href;
const COLLECTED = 'garbage is collected';
const COLLECTED_WITHIN_MS = 120_000;

/** How often garbage is collected before memory is read: one collection may free objects that keep others alive. */
const COLLECTIONS = 2;

/** Starts the worker of a subject, so that its memory can be read. */
export async function startMeasuredWorker(
  lab: Lab,
  name: SubjectName,
  options: WorkerOptions = {},
): Promise<MeasuredWorker> {
  const log = new EventEmitter<Record<typeof COLLECTED, [LogLine]>>();
  const { pid } = await lab.startWorker(name, {
    ...options,
    env: { ...GIVES_BACK, NODE_OPTIONS: `--import ${COLLECT_GARBAGE}` },
    onLog: (line) => {
      if (line.msg === COLLECTED) log.emit(COLLECTED, line);
    },
  });
  const collect = async (): Promise<number> => {
    const answered = once(log, COLLECTED) as Promise<[LogLine]>;
    process.kill(pid, 'SIGHUP');
    const patience = new AbortController();
    const line = await Promise.race([
      answered.then(([line]) => line),
      sleep(COLLECTED_WITHIN_MS, undefined, { signal: patience.signal }),
    ]);
    patience.abort();
    if (line === undefined) throw new Error(`${name}: not all threads of the worker have collected their garbage`);
    return heapOf(line);
  };
  const memory = async (): Promise<Memory> => {
    let heap = NaN;
    for (let collections = 0; collections < COLLECTIONS; collections += 1) {
      await untilIdle(pid, lab.server.pid);
      heap = await collect();
    }
    await untilIdle(pid);
    return { heap, resident: residentOf(pid) };
  };
  return { pid, memory };
}

/** The live heap of all threads together. @throws Error if the thread of the workflows is missing */
function heapOf({ heaps }: LogLine): number {
  const threads = heaps as readonly { readonly bytes: number }[];
  if (threads.length < 2) throw new Error('only the main thread reported its heap');
  return threads.reduce((sum, { bytes }) => sum + bytes, 0);
}
