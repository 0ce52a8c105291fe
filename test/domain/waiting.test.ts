import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../domain/errors/table.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  countRefusal,
  DEFAULT_PAUSES,
  INITIAL_WAITING,
  lengthOfPause,
  patienceFrom,
  patienceIsOver,
  pausesAfter,
  RETRIED,
  retriedFor,
  signatureIsRefused,
  type Answered,
  type PauseName,
  type WaitingFacts,
  type WaitingTiming,
} from '../../domain/waiting.js';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const TIMING: WaitingTiming = { pauses: DEFAULT_PAUSES, patience: DAY };

const NOTHING: Answered = { query: false, write: false };
const QUERY: Answered = { query: true, write: false };
const WRITE: Answered = { query: false, write: true };
const BOTH: Answered = { query: true, write: true };

const waitingSince = (since: number | null): WaitingFacts => ({ ...INITIAL_WAITING, patienceFrom: since });

/** The lengths of a pause that is taken so many times in a row, each after what was answered then. */
function lengthsOf(name: PauseName, answered: readonly Answered[]): number[] {
  const lengths: number[] = [];
  answered.reduce<WaitingFacts['pauses']>((pauses, each) => {
    const next = pausesAfter(pauses, each, name);
    lengths.push(lengthOfPause(name, { ...INITIAL_WAITING, pauses: next }, TIMING) / SECOND);
    return next;
  }, {});
  return lengths;
}

const inARow = (name: PauseName, times: number): number[] =>
  lengthsOf(
    name,
    Array.from({ length: times }, () => BOTH),
  );

/** Which call ends a row of each pause, its lengths in seconds, and how often it grows before it reaches its maximum. */
const EXPECTED: Readonly<Record<PauseName, readonly [Answered, readonly number[]]>> = {
  userIsPaying: [QUERY, [5, 10, 20, 40, 60, 60]],
  settling: [QUERY, [2, 4, 8, 16, 32, 60, 60]],
  paidClaimed: [QUERY, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
  notFound: [QUERY, [300, 600, 1_200, 1_800, 1_800]],
  unclear: [QUERY, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
  hint: [QUERY, [60, 60]],
  inProgress: [WRITE, [60, 60]],
  tooOften: [WRITE, [10, 20, 40, 80, 160, 300, 300]],
  refused: [WRITE, [2, 4, 8, 16, 32, 60, 60]],
  unclearWrite: [WRITE, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
  needsAttention: [QUERY, [3_600, 3_600]],
};
const NAMES = Object.keys(EXPECTED) as PauseName[];

describe('every pause', () => {
  it('is tested here', () => {
    expect(NAMES.sort()).toEqual(Object.keys(DEFAULT_PAUSES).sort());
  });

  it.each(NAMES)('doubles each time it is taken in a row, up to its longest: %s', (name) => {
    const [, lengths] = EXPECTED[name];
    expect(inARow(name, lengths.length)).toEqual(lengths);
    expect(inARow(name, 2_000).at(-1)).toBe(lengths.at(-1));
  });

  it.each(NAMES)('begins anew after the answer that ends its row, and after no other: %s', (name) => {
    const [endedBy] = EXPECTED[name];
    const other = endedBy === QUERY ? WRITE : QUERY;
    const taken = { [name]: 3 };
    expect(pausesAfter(taken, endedBy, undefined)).toEqual({});
    expect(pausesAfter(taken, other, undefined)).toEqual(taken);
    expect(pausesAfter(taken, NOTHING, undefined)).toEqual(taken);
  });

  it.each(NAMES)('goes on growing if the answer leads to it again: %s', (name) => {
    expect(pausesAfter({ [name]: 3 }, BOTH, name)).toEqual({ [name]: 4 });
  });

  it.each(NAMES)('lasts as long as the caller says: %s', (name) => {
    const timing = { ...TIMING, pauses: { ...DEFAULT_PAUSES, [name]: { first: 7 * SECOND, max: 20 * SECOND } } };
    const length = (count: number): number =>
      lengthOfPause(name, { ...INITIAL_WAITING, pauses: { [name]: count } }, timing) / SECOND;
    expect([1, 2, 3, 4].map(length)).toEqual([7, 14, 20, 20]);
  });
});

describe('pauses of two kinds', () => {
  it('are counted apart, and one is ended by an answer that leads to the other', () => {
    const unclear = pausesAfter({}, NOTHING, 'unclear');
    const both = pausesAfter(unclear, NOTHING, 'tooOften');
    expect(both).toEqual({ unclear: 1, tooOften: 1 });
    expect(pausesAfter(both, QUERY, 'userIsPaying')).toEqual({ tooOften: 1, userIsPaying: 1 });
    expect(pausesAfter(both, WRITE, 'refused')).toEqual({ unclear: 1, refused: 1 });
  });

  it('of a write go on growing while the query before it is answered each time', () => {
    expect(lengthsOf('unclearWrite', [QUERY, QUERY, QUERY])).toEqual([1, 2, 4]);
  });

  it('are not changed in place', () => {
    const pauses = Object.freeze({ unclear: 1 });
    pausesAfter(pauses, BOTH, 'unclear');
    expect(pauses).toEqual({ unclear: 1 });
  });
});

describe('patience', () => {
  it('begins with the first step that was due, and not again', () => {
    expect(patienceFrom(waitingSince(null), false, NOW)).toBeNull();
    expect(patienceFrom(waitingSince(null), true, NOW)).toBe(NOW);
    expect(patienceFrom(waitingSince(NOW - HOUR), true, NOW)).toBe(NOW - HOUR);
    expect(patienceFrom(waitingSince(NOW - HOUR), false, NOW)).toBe(NOW - HOUR);
  });

  it('is over at its length, and never if nothing was due', () => {
    expect(patienceIsOver(waitingSince(NOW - DAY + 1), TIMING, NOW)).toBe(false);
    expect(patienceIsOver(waitingSince(NOW - DAY), TIMING, NOW)).toBe(true);
    expect(patienceIsOver(waitingSince(NOW - HOUR), { ...TIMING, patience: HOUR }, NOW)).toBe(true);
    expect(patienceIsOver(waitingSince(null), TIMING, NOW)).toBe(false);
  });

  it('is new after a retry, with pauses and refusals', () => {
    expect({ ...waitingSince(NOW), ...RETRIED }).toEqual(INITIAL_WAITING);
  });
});

describe('how long Temporal may retry a call', () => {
  const retried = (since: number | null): number => retriedFor(waitingSince(since), TIMING, 30 * SECOND, NOW);

  it('is five minutes', () => {
    expect(retried(null)).toBe(5 * MINUTE);
    expect(retried(NOW)).toBe(5 * MINUTE);
    expect(retried(NOW - DAY + 5 * MINUTE)).toBe(5 * MINUTE);
  });

  it('is what patience leaves, if that is less', () => {
    expect(retried(NOW - DAY + 5 * MINUTE - 1)).toBe(5 * MINUTE - 1);
    expect(retried(NOW - DAY + MINUTE)).toBe(MINUTE);
  });

  it('is one attempt at least', () => {
    expect(retried(NOW - DAY + 29 * SECOND)).toBe(30 * SECOND);
    expect(retried(NOW - 2 * DAY)).toBe(30 * SECOND);
  });
});

describe('refused signatures', () => {
  const refusedAt = (...instants: readonly number[]): WaitingFacts['refusedSignatures'] =>
    instants.reduce<WaitingFacts['refusedSignatures']>(
      (refusals, now) => countRefusal(refusals, 'query', 'hint', now),
      INITIAL_WAITING.refusedSignatures,
    );
  const isRefused = (refusedSignatures: WaitingFacts['refusedSignatures'], now: number, timing = TIMING): boolean =>
    signatureIsRefused({ ...INITIAL_WAITING, refusedSignatures }, timing, now);

  it('are counted call by call, from the first on', () => {
    expect(refusedAt(NOW, NOW + MINUTE)).toEqual({ query: { count: 2, since: NOW }, write: null });
    expect(countRefusal(refusedAt(NOW), 'write', 'hint', NOW + MINUTE)).toEqual({
      query: { count: 1, since: NOW },
      write: { count: 1, since: NOW + MINUTE },
    });
  });

  it.each<ErrorKind>(['retry', 'slowDown', 'unknown', 'fatal', 'state', 'notFound', 'inProgress', 'outcome'])(
    'are neither counted nor forgotten for a failure of another kind: %s',
    (kind) => {
      const refusals = refusedAt(NOW, NOW + MINUTE);
      expect(countRefusal(refusals, 'query', kind, NOW + 2 * MINUTE)).toEqual(refusals);
    },
  );

  it('ask a person at the third, two minutes after the first at the earliest', () => {
    const [second, third] = [NOW + MINUTE, NOW + 2 * MINUTE];
    expect(isRefused(refusedAt(NOW, second), third)).toBe(false);
    expect(isRefused(refusedAt(NOW, second, third), third)).toBe(true);
    expect(isRefused(refusedAt(NOW, second, third - 1), third - 1)).toBe(false);
    expect(isRefused(refusedAt(NOW, NOW, NOW, NOW), NOW)).toBe(false);
  });

  it('ask a person by the call that has three of them, not by both together', () => {
    const [second, third] = [NOW + MINUTE, NOW + 2 * MINUTE];
    const mixed = countRefusal(refusedAt(NOW, second), 'write', 'hint', third);
    expect(isRefused(mixed, third)).toBe(false);
    const writes = [NOW, second, third].reduce(
      (refusals, now) => countRefusal(refusals, 'write', 'hint', now),
      INITIAL_WAITING.refusedSignatures,
    );
    expect(isRefused(writes, third)).toBe(true);
  });

  it('are waited for as long as the caller’s pause between them says', () => {
    const timing = { ...TIMING, pauses: { ...DEFAULT_PAUSES, hint: { first: SECOND, max: SECOND } } };
    const three = refusedAt(NOW, NOW + SECOND, NOW + 2 * SECOND);
    expect(isRefused(three, NOW + 2 * SECOND, timing)).toBe(true);
    expect(isRefused(three, NOW + 2 * SECOND - 1, timing)).toBe(false);
  });
});
