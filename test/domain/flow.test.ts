import { describe, expect, it } from 'vitest';
import { decide, resume, rowFor, type Decision, type Flow, type Guard, type Row } from '../../domain/flow.js';
import type { Instant } from '../../domain/time.js';

/** A parcel: small enough that each rule of the engine can be seen in it. */
interface Parcel {
  readonly phase: 'packed' | 'onTheWay' | 'ended';
  readonly scans: number;
  /** A fact that a later version added. */
  readonly lastScan: Instant | null;
}

type Trigger = 'scanned' | 'delivered' | 'returned' | 'lost';
type GuardName = 'oftenScanned' | 'lateInTheDay' | 'isDelivery';
type ParcelRow = Row<Parcel['phase'], Trigger, GuardName> & { readonly to: Parcel['phase'] };

interface Step {
  readonly phase: Parcel['phase'];
  readonly at: Instant;
}

const means = { en: 'a condition', zh: '条件' };
const GUARDS: Record<GuardName, Guard<Parcel, Trigger>> = {
  oftenScanned: { means, holds: ({ scans }) => scans >= 2 },
  lateInTheDay: { means, holds: (_, now) => now >= 20 },
  isDelivery: { means, holds: (_, __, trigger) => trigger === 'delivered' },
};

const ROWS: readonly ParcelRow[] = [
  { from: ['packed'], on: ['scanned'], when: 'oftenScanned', to: 'onTheWay' },
  { from: ['packed'], on: ['scanned'], to: 'packed' },
  { from: ['onTheWay'], on: ['delivered', 'returned'], when: 'lateInTheDay', to: 'packed' },
  { from: ['onTheWay'], on: ['delivered', 'returned'], when: 'isDelivery', to: 'ended' },
  { from: ['packed', 'ended'], on: ['returned'], to: 'packed' },
];

const FLOW: Flow<Parcel, { readonly type: Trigger }, Trigger, ParcelRow, Step> = {
  rows: ROWS,
  guards: GUARDS,
  triggerOf: (_, { type }) => type,
  learn: (parcel, _, trigger, now) => (trigger === 'scanned' ? scannedOnce(parcel, now) : { ...parcel, lastScan: now }),
  follow: (parcel, { to }) => ({ ...parcel, phase: to }),
  stepOf: ({ phase }, now) => ({ phase, at: now }),
  restore: (soFar) => ({ ...PACKED, ...soFar }),
};

function scannedOnce(parcel: Parcel, now: Instant): Parcel {
  return { ...parcel, scans: parcel.scans + 1, lastScan: now };
}

const PACKED: Parcel = Object.freeze({ phase: 'packed', scans: 0, lastScan: null });
const SENT: Parcel = Object.freeze({ ...PACKED, phase: 'onTheWay' });
const ENDED: Parcel = Object.freeze({ ...PACKED, phase: 'ended' });

const on = (parcel: Parcel, type: Trigger, now = 0): Decision<Parcel, Step> => decide(FLOW, parcel, { type }, now);

describe('a decision', () => {
  it('takes the first row that fits, and says which, counted from 1', () => {
    expect(on(PACKED, 'scanned')).toMatchObject({ state: { phase: 'packed' }, row: 2 });
    expect(on({ ...PACKED, scans: 5 }, 'scanned')).toMatchObject({ state: { phase: 'onTheWay' }, row: 1 });
    expect(on(PACKED, 'returned')).toMatchObject({ state: { phase: 'packed' }, row: 5 });
  });

  it('reads the rows with what the event has taught', () => {
    expect(on({ ...PACKED, scans: 1 }, 'scanned')).toMatchObject({ state: { phase: 'onTheWay', scans: 2 }, row: 1 });
  });

  it('gives a guard the time and the trigger', () => {
    expect(on(SENT, 'delivered', 19).row).toBe(4);
    expect(on(SENT, 'delivered', 20).row).toBe(3);
    expect(on(SENT, 'returned', 19).row).toBeUndefined();
  });

  it('says what the new state needs, at that time', () => {
    expect(on(SENT, 'delivered', 7).step).toEqual({ phase: 'ended', at: 7 });
  });

  it('keeps the phase if no row fits, and what the event has taught', () => {
    const decision = on(SENT, 'lost', 7);
    expect(decision).toEqual({ state: { ...SENT, lastScan: 7 }, step: { phase: 'onTheWay', at: 7 } });
    expect(decision).not.toHaveProperty('row');
  });

  it('is the same again, and leaves its arguments alone', () => {
    const before = { ...SENT };
    expect(on(SENT, 'delivered', 7)).toEqual(on(SENT, 'delivered', 7));
    expect(SENT).toEqual(before);
  });
});

describe('a state that has ended', () => {
  it('goes on having ended, whatever its flow learns', () => {
    for (const trigger of ['scanned', 'delivered', 'lost'] as const) {
      const { state, step, row } = on(ENDED, trigger, 7);
      expect(state).toMatchObject({ phase: 'ended', lastScan: 7 });
      expect(step).toEqual({ phase: 'ended', at: 7 });
      expect(row).toBeUndefined();
    }
  });

  it('is opened again by a row, with what the event has taught', () => {
    expect(on(ENDED, 'returned', 7)).toMatchObject({ state: { phase: 'packed', lastScan: 7 }, row: 5 });
  });
});

describe('the row of a trigger', () => {
  const rowOf = (parcel: Parcel, trigger: Trigger, now = 0, flow = FLOW): ParcelRow | undefined =>
    rowFor<Parcel, Trigger, ParcelRow>(flow, parcel, trigger, now);

  it('is the first that fits phase, trigger and guard', () => {
    expect(rowOf(SENT, 'delivered')).toBe(ROWS[3]);
    expect(rowOf(SENT, 'delivered', 20)).toBe(ROWS[2]);
  });

  it('is none in another phase, on another trigger, or if no guard holds', () => {
    expect(rowOf(PACKED, 'delivered')).toBeUndefined();
    expect(rowOf(SENT, 'lost', 20)).toBeUndefined();
    expect(rowOf(SENT, 'returned')).toBeUndefined();
  });

  it('is never one whose guard does not exist', () => {
    expect(rowOf({ ...PACKED, scans: 5 }, 'scanned', 0, { ...FLOW, guards: {} })).toBe(ROWS[1]);
  });
});

describe('a run that goes on', () => {
  it('is given what an earlier version did not know, and the step of its state', () => {
    const { lastScan: _, ...older } = SENT;
    const { state, step, row } = resume(FLOW, older as Parcel, 7);
    expect(state).toEqual(SENT);
    expect(step).toEqual({ phase: 'onTheWay', at: 7 });
    expect(row).toBeUndefined();
  });

  it('keeps what it knows', () => {
    expect(resume(FLOW, { ...SENT, scans: 3, lastScan: 5 }, 7).state).toEqual({ ...SENT, scans: 3, lastScan: 5 });
  });
});
