import type { Bundles } from './subjects.js';
import type { Cleanups } from '../processes.js';
import type { Section } from './report.js';

/** How much is measured. */
export interface Sizes {
  /** How often each comparison is made. */
  readonly rounds: number;
  /** How many orders a round has. */
  readonly orders: number;
  /** How many orders go before what is measured: the first are slower, until the code is compiled. */
  readonly warmUp: number;
  /** How many orders wait when memory is read: fewer, and more. */
  readonly waiting: readonly [number, number];
  /** How many orders go through one worker, and after how many its memory is read. */
  readonly growth: { readonly batches: number; readonly batch: number };
  /** At which rate orders become due, and for how long. */
  readonly steady: { readonly perSecond: number; readonly seconds: number };
  /** How often a worker is started. */
  readonly coldStarts: number;
}

export const FULL: Sizes = {
  rounds: 5,
  orders: 500,
  warmUp: 100,
  waiting: [2_000, 10_000],
  growth: { batches: 5, batch: 1_000 },
  steady: { perSecond: 20, seconds: 60 },
  coldStarts: 5,
};

export const QUICK: Sizes = {
  rounds: 2,
  orders: 50,
  warmUp: 25,
  waiting: [100, 500],
  growth: { batches: 3, batch: 50 },
  steady: { perSecond: 10, seconds: 5 },
  coldStarts: 1,
};

/** What a measurement is made with. */
export interface Bench {
  readonly bundles: Bundles;
  readonly cleanups: Cleanups;
  readonly sizes: Sizes;
  /** Whether the bare workflow with its calls in one activity is measured too. */
  readonly withGuarded: boolean;
}

export interface Measurement {
  /** In a few words, for `--help`. */
  readonly means: string;
  readonly run: (bench: Bench) => Promise<readonly Section[]>;
}
