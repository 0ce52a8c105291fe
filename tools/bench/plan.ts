import type { Bundles } from './subjects.js';
import type { Cleanups } from '../processes.js';
import type { Section } from './report.js';

/** The sizes of all measurements. */
export interface Sizes {
  /** How often each comparison is made. */
  readonly rounds: number;
  /** How many orders a round has. */
  readonly orders: number;
  /** How many orders are played before those that are measured: the first are slower, until the code is compiled. */
  readonly warmUp: number;
  /** With how many waiting orders memory is read. */
  readonly waiting: readonly [number, number];
  /** How many batches of orders one worker handles. Its memory is read after each. */
  readonly growth: { readonly batches: number; readonly batch: number };
  /** The rate at which orders become due, and for how long. */
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
