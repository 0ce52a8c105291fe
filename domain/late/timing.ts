import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';

/** Every length of time that the start of a late payment may change. */
export type LateTiming = WaitingTiming;

export const DEFAULT_LATE_TIMING: LateTiming = { pauses: DEFAULT_PAUSES, patience: PATIENCE };
