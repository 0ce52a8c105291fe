import { describe, expect, it } from 'vitest';
import { STAGES, stageOf, type ServiceOrderFound, type Stage } from '../../../domain/payscore/order.js';
import {
  allowsAfter,
  cancelRules,
  progressOf,
  type CancelRequest,
  type Known,
} from '../../../domain/payscore/write.js';
import { ANYTIME, answerThat, REQUEST, SHOWN, type Shown } from '../../support/service-orders.js';

const UNKNOWN: Known = { furthest: null, paidClaimed: false };
const EVERY = [...(Object.keys(SHOWN) as Shown[]), 'notFound'] as const;

/** A request for one thing only. */
const FOR = {
  created: { ...REQUEST, mayCancel: ['created'] },
  'in-service': { ...REQUEST, mayCancel: ['in-service'] },
  completed: { ...REQUEST, mayCancel: [], giveUp: { total: 100 } },
} as const satisfies Record<Stage, CancelRequest>;

/** The stage of each answer: only a request for that stage allows a cancel. The others allow none. */
const STAGE_SHOWN: Partial<Record<Shown, Stage>> = {
  created: 'created',
  inService: 'in-service',
  confirmedNothingDue: 'in-service',
  completed: 'completed',
  confirmedPaying: 'completed',
  confirmedDue: 'completed',
  otherPaying: 'completed',
  otherDue: 'completed',
  createdPaying: 'completed',
};

const allows = (shown: Shown, requests: readonly CancelRequest[], known = UNKNOWN): boolean =>
  cancelRules(requests, known).allows(answerThat(shown));

describe('an answer allows a cancel', () => {
  it.each(EVERY)('if a request allows just that stage: %s', (shown) => {
    for (const stage of STAGES) expect(allows(shown, [FOR[stage]])).toBe(STAGE_SHOWN[shown] === stage);
    expect(allows(shown, [ANYTIME])).toBe(STAGE_SHOWN[shown] !== undefined);
  });

  it.each(EVERY)('for none without a request: %s', (shown) => expect(allows(shown, [])).toBe(false));

  it.each(EVERY)('if one of several requests does, each by its own conditions: %s', (shown) => {
    const all = [FOR.created, FOR['in-service'], FOR.completed];
    expect(allows(shown, all)).toBe(STAGE_SHOWN[shown] !== undefined);
    for (const stage of STAGES) {
      const others = STAGES.filter((each) => each !== stage).map((each) => FOR[each]);
      expect(allows(shown, others)).toBe(STAGE_SHOWN[shown] !== undefined && STAGE_SHOWN[shown] !== stage);
    }
  });

  it.each(EVERY)('unless it shows less than is known: %s', (shown) => {
    for (const furthest of STAGES) {
      const stage = STAGE_SHOWN[shown];
      const isBehind = stage !== undefined && STAGES.indexOf(stage) < STAGES.indexOf(furthest);
      expect(allows(shown, [ANYTIME], { furthest, paidClaimed: false })).toBe(stage !== undefined && !isBehind);
    }
  });

  it.each(EVERY)('never after a claim of payment: %s', (shown) => {
    for (const furthest of [null, ...STAGES]) {
      expect(allows(shown, [ANYTIME], { furthest, paidClaimed: true })).toBe(false);
    }
  });

  it.each<[Shown, number]>([
    ['completed', 99],
    ['completed', 101],
    ['completed70', 100],
    ['completedUnsaid', 100],
    ['confirmedPayingUnsaid', 100],
  ])('for an amount only if it is said, and exactly the one given up: %s, %d', (shown, total) => {
    expect(allows(shown, [{ ...ANYTIME, giveUp: { total } }])).toBe(false);
  });
});

describe('a cancel that was answered SYSTEM_ERROR is tried again', () => {
  const known = { furthest: null, paidClaimed: false };

  it.each(EVERY)('only while what the query after it shows still allows it: %s', (shown) => {
    const { allows, isOpen } = cancelRules([ANYTIME], known);
    expect(isOpen(answerThat(shown))).toBe(allows(answerThat(shown)));
  });

  it('and not once money is due that no request gave up', () => {
    const { isOpen } = cancelRules([{ ...ANYTIME, giveUp: null }], known);
    expect([isOpen(answerThat('inService')), isOpen(answerThat('completed'))]).toEqual([true, false]);
  });
});

describe('how far an answer shows a service order to be', () => {
  it.each(EVERY)('is what a request allows, with the amount due: %s', (shown) => {
    const answer = answerThat(shown);
    const { stage, totalDue } = progressOf(answer);
    if (STAGE_SHOWN[shown] !== undefined) expect(stage).toBe(STAGE_SHOWN[shown]);
    expect(totalDue).toBe(answer.found && stage === 'completed' ? answer.totalDue : null);
  });

  it('is unknown for DOING and nothing more, and for a number that is not found', () => {
    expect(progressOf(answerThat('otherDoing'))).toEqual({ stage: null, totalDue: null });
    expect(progressOf(answerThat('notFound'))).toEqual({ stage: null, totalDue: null });
  });

  it.each<[Partial<ServiceOrderFound>, Stage]>([
    [{ state: 'CREATED', totalDue: 100 }, 'created'],
    [{ state: 'CREATED', collection: 'USER_PAYING' }, 'completed'],
    [{ state: 'CREATED', description: 'MCH_COMPLETE' }, 'completed'],
    [{ state: 'DOING', totalDue: 0 }, 'in-service'],
    [{ state: 'DOING', totalDue: 1 }, 'completed'],
    [{ state: 'REVOKED' }, 'created'],
    [{ state: 'REVOKED', totalDue: 1 }, 'completed'],
  ])('follows what is said of money, before the state: %j', (said, stage) => {
    const nothing = { found: true, description: null, collection: null, totalDue: null, orderId: null } as const;
    expect(stageOf({ ...nothing, state: 'CREATED', ...said })).toBe(stage);
  });
});

describe('a stage that may follow', () => {
  it('is allowed by a request for a later one, or for an amount that may become due', () => {
    const after = (request: CancelRequest): boolean[] => [null, ...STAGES].map((stage) => allowsAfter(request, stage));
    expect(after(FOR.created)).toEqual([true, false, false, false]);
    expect(after(FOR['in-service'])).toEqual([true, true, false, false]);
    expect(after(FOR.completed)).toEqual([true, true, true, false]);
  });
});
