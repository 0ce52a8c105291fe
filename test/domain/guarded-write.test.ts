import { describe, expect, it } from 'vitest';
import type { CallFailure, WriteReply } from '../../domain/calls.js';
import { classify } from '../../domain/errors/classify.js';
import { ERROR_KINDS, ERROR_TABLE, type ErrorKind, errorRow, type ErrorRow } from '../../domain/errors/table.js';
import {
  CANCEL_LIMITS,
  CLOSE_LIMITS,
  confirmWithin,
  elapsed,
  GUARDED_WRITE,
  isTriedAgain,
  mayStillSend,
  sentBefore,
  type Clocks,
  type WriteLimits,
} from '../../domain/guarded-write.js';
import { HOUR, MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';

/** When the attempt began, on both clocks. */
const ENTERED: Clocks = { monotonic: 5_000, wall: Date.parse('2026-03-02T12:00:00Z') };

/** Later, on clocks that agree; or by how much the wall clock differs. */
const later = (by: Milliseconds, wallJump: Milliseconds = 0): Clocks => ({
  monotonic: ENTERED.monotonic + by,
  wall: ENTERED.wall + by + wallJump,
});

/** How long a call to WeChat Pay may take in all. */
const CALL_WITHIN = 8 * SECOND;

describe('the script of a guarded write', () => {
  const steps: readonly (typeof GUARDED_WRITE)[number]['step'][] = GUARDED_WRITE.map(({ step }) => step);

  it('queries, decides, announces, checks the age and sends, in this order, and queries again', () => {
    expect(GUARDED_WRITE.map(({ step, otherwise, sent }) => [step, otherwise, sent])).toEqual([
      ['identity', 'refused', 'no'],
      ['floor', 'result', 'no'],
      ['query', 'retried', 'no'],
      ['decision', 'result', 'no'],
      ['announcement', 'retried', 'no'],
      ['age', 'retried', 'no'],
      ['write', 'reported', 'yes'],
      ['confirmation', 'reported', 'yes'],
    ]);
  });

  it('retries nothing once the write was handed over, and calls nothing sent before', () => {
    const write = steps.indexOf('write');
    for (const { otherwise, sent } of GUARDED_WRITE.slice(0, write)) {
      expect(sent).toBe('no');
      expect(otherwise).not.toBe('reported');
    }
    for (const row of GUARDED_WRITE.slice(write)) expect(row).toMatchObject({ otherwise: 'reported', sent: 'yes' });
  });
});

describe('the time that has passed', () => {
  it.each([
    ['both clocks agree', later(3 * SECOND), 3 * SECOND],
    ['the wall clock jumps ahead', later(3 * SECOND, HOUR), HOUR + 3 * SECOND],
    ['the wall clock is set back', later(3 * SECOND, -HOUR), 3 * SECOND],
    ['the machine slept, which stops the other clock', { ...later(0), wall: later(MINUTE).wall }, MINUTE],
    ['no time has passed', later(0), 0],
  ])('is what the clock shows that shows more: %s', (_, now, expected) => {
    expect(elapsed(ENTERED, now)).toBe(expected);
  });
});

const LIMITS: Readonly<Record<string, readonly [WriteLimits, WriteLimits]>> = {
  close: [
    CLOSE_LIMITS,
    {
      queryWithin: 7 * SECOND,
      queryValidFor: 10 * SECOND,
      writeBegunWithin: 12 * SECOND,
      startToClose: 30 * SECOND,
    },
  ],
  cancel: [
    CANCEL_LIMITS,
    {
      queryWithin: 3 * SECOND,
      queryValidFor: 5 * SECOND,
      writeBegunWithin: 12 * SECOND,
      startToClose: 20 * SECOND,
    },
  ],
};

describe.each(Object.entries(LIMITS))('a %s', (_, [limits, promised]) => {
  const { queryWithin, queryValidFor, writeBegunWithin, startToClose } = promised;

  it('has the limits that are promised', () => {
    expect(limits).toEqual(promised);
  });

  it('leaves its query time to allow anything, and its confirming query time to be answered', () => {
    expect(queryWithin).toBeLessThan(queryValidFor);
    const begunAt = Math.min(queryValidFor, writeBegunWithin);
    expect(confirmWithin(limits, ENTERED, later(begunAt + CALL_WITHIN))).toBeGreaterThanOrEqual(6 * SECOND);
  });

  it('is sent until its query is too old, and not a millisecond later', () => {
    const may = (now: Clocks): boolean => mayStillSend(limits, ENTERED, ENTERED, now);
    expect(may(later(queryValidFor))).toBe(true);
    expect(may(later(queryValidFor + 1))).toBe(false);
  });

  it('is sent until its attempt is too old, however young the query is', () => {
    const may = (now: Clocks): boolean => mayStillSend(limits, ENTERED, now, now);
    expect(may(later(writeBegunWithin))).toBe(true);
    expect(may(later(writeBegunWithin + 1))).toBe(false);
  });

  it('is not sent after the machine slept, or the wall clock jumped ahead', () => {
    const may = (now: Clocks): boolean => mayStillSend(limits, ENTERED, ENTERED, now);
    const woken = { ...later(1), wall: later(queryValidFor + 1).wall };
    expect(may(woken)).toBe(false);
    expect(may(later(1, HOUR))).toBe(false);
  });

  it('is sent if the wall clock is set back, but no later for it', () => {
    const may = (now: Clocks): boolean => mayStillSend(limits, ENTERED, ENTERED, now);
    expect(may(later(queryValidFor, -HOUR))).toBe(true);
    expect(may(later(queryValidFor + 1, -HOUR))).toBe(false);
    const entered = later(-writeBegunWithin - 1, HOUR);
    expect(mayStillSend(limits, entered, ENTERED, ENTERED)).toBe(false);
  });

  it('is followed by a query that ends before Temporal gives the attempt up', () => {
    const within = (now: Clocks): number => confirmWithin(limits, ENTERED, now);
    expect(within(later(0))).toBe(8 * SECOND);
    const lastWhole = startToClose - SECOND - 8 * SECOND;
    expect(within(later(lastWhole))).toBe(8 * SECOND);
    expect(within(later(lastWhole + 1))).toBe(8 * SECOND - 1);
    expect(within(later(startToClose - 2 * SECOND))).toBe(SECOND);
    expect(within(later(lastWhole, MINUTE))).toBe(1);
  });

  it('is followed by a query in any case', () => {
    expect(confirmWithin(limits, ENTERED, later(HOUR))).toBe(1);
  });
});

describe('a write that is tried again by Temporal’s policy', () => {
  type Answer = 'open' | 'ended';
  const rules = { allows: () => true, isOpen: (answer: Answer) => answer === 'open' };
  const failure = (kind: ErrorKind): CallFailure => ({
    call: 'closeOrder',
    code: 'SYSTEM_ERROR',
    kind,
    requestId: null,
  });
  const refused = (kind: ErrorKind): WriteReply<string> => ({ failure: failure(kind) });
  const KINDS = Object.keys(ERROR_KINDS) as ErrorKind[];

  it.each(KINDS)('is one that was answered SYSTEM_ERROR or the like, if a query shows the order open: %s', (kind) => {
    expect(isTriedAgain(rules, refused(kind), { answer: 'open' })).toBe(kind === 'retry');
  });

  it.each(['closeOrder', 'cancelServiceOrder'] as const)('is one that was answered one of two codes: %s', (call) => {
    const rows: readonly ErrorRow[] = ERROR_TABLE;
    const codes = rows.filter(({ code, on }) => on.includes(call) && !code.startsWith('LOCAL_'));
    const triedAgain = codes.filter(({ code }) => {
      const { kind } = classify({ call, rawCode: code, status: 200, signed: true });
      return isTriedAgain(rules, refused(kind), { answer: 'open' });
    });
    expect(triedAgain.map(({ code }) => code)).toEqual(['SYSTEM_ERROR', 'BANK_ERROR']);
  });

  it('is none whose answer was lost, cut off or a bare 5xx: it may have taken effect', () => {
    const noAnswer = errorRow('closeOrder', 'LOCAL_NO_ANSWER')?.kind ?? 'retry';
    const { kind: bare } = classify({ call: 'closeOrder', rawCode: '', status: 502, signed: false });
    for (const kind of [noAnswer, bare]) {
      expect(isTriedAgain(rules, refused(kind), { answer: 'open' })).toBe(false);
    }
  });

  it('is none if a query shows the order ended, or shows nothing', () => {
    expect(isTriedAgain(rules, refused('retry'), { answer: 'ended' })).toBe(false);
    expect(isTriedAgain(rules, refused('retry'), { failure: failure('retry') })).toBe(false);
    expect(isTriedAgain(rules, refused('retry'), null)).toBe(false);
  });

  it('is none with any other answer', () => {
    expect(isTriedAgain(rules, { answer: 'accepted' }, { answer: 'open' })).toBe(false);
  });
});

describe('what the attempts before this one sent', () => {
  it('is nothing if none announced a write; otherwise what it announced', () => {
    expect(sentBefore(null)).toBe('no');
    expect((['no', 'maybe', 'yes'] as const).map((sent) => sentBefore({ sent }))).toEqual(['no', 'maybe', 'yes']);
  });
});
