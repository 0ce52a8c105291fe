import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import type { OrderDecision, OrderEvent } from '../../../domain/orders/state.js';
import { HOUR, MINUTE } from '../../../domain/time.js';
import {
  after,
  answered,
  CHECKED_AT,
  checkRequested,
  closeFailed,
  closeRequested,
  DEADLINE,
  extended,
  leadsTo,
  notAllowed,
  notification,
  ORDER,
  placedAgain,
  placementFailed,
  play,
  queryFailed,
  releaseRequested,
  resolveAs,
  retryRequested,
  timer,
  toChecking,
  toClosing,
  toConfirming,
  toPaying,
  toSettling,
  WRONG_PAYMENT,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;
const NOW = CHECKED_AT;

/** An order in each phase, due. */
const PHASES = {
  awaitingPayment: after(),
  checking: after(...toChecking),
  userIsPaying: after(...toPaying),
  closing: after(...toClosing),
  confirming: after(...toConfirming),
  notFoundYet: after(...toClosing, [due, notAllowed('NOT_FOUND')]),
  unsettled: after(...toClosing, [due, closeFailed('unknown')]),
  needsAttention: after(...toClosing, [due, closeFailed('fatal')]),
} as const satisfies Record<string, OrderDecision>;

type PhaseName = keyof typeof PHASES;

it.each(Object.entries(PHASES))('the state named %s is in that phase', (name, { state }) => {
  expect(state.phase).toBe(name);
});

/** The events that do not come from calls. */
const MESSAGES = {
  timer,
  closeRequested,
  checkRequested,
  placementFailed,
  retryRequested,
  resolveRequested: resolveAs('closed'),
  releaseRequested,
  notificationPaid: notification(),
  notificationWrong: wrongNotification,
  notificationForeign: notification({ order: { mchid: '42', outTradeNo: 'other' } }),
  extended: extended(due + HOUR),
  placedAgain,
} as const satisfies Record<string, OrderEvent>;

const CLOSE = 'close if unpaid';
const STAYS = 'stays';

/** Where each of them leads. Those that are not listed leave the order where it is. */
const LEADS: Record<PhaseName, Partial<Record<keyof typeof MESSAGES, string>>> = {
  awaitingPayment: {
    timer: CLOSE,
    closeRequested: CLOSE,
    checkRequested: 'checking',
    placementFailed: 'checking',
    retryRequested: CLOSE,
    releaseRequested: 'released',
    notificationPaid: 'paid',
    notificationWrong: 'amount-differs',
  },
  checking: { notificationPaid: 'paid', notificationWrong: 'amount-differs' },
  userIsPaying: {
    timer: 'checking',
    closeRequested: CLOSE,
    checkRequested: 'checking',
    retryRequested: 'checking',
    releaseRequested: 'released',
    notificationPaid: 'paid',
    notificationWrong: 'amount-differs',
  },
  closing: {},
  confirming: { notificationPaid: 'paid', notificationWrong: 'amount-differs', retryRequested: 'confirming 0' },
  notFoundYet: {
    timer: 'checking',
    closeRequested: CLOSE,
    checkRequested: 'checking',
    placementFailed: 'checking',
    retryRequested: 'checking',
    releaseRequested: 'released',
    notificationPaid: 'paid',
    notificationWrong: 'amount-differs',
  },
  unsettled: {
    timer: CLOSE,
    closeRequested: CLOSE,
    checkRequested: 'checking',
    placementFailed: 'checking',
    retryRequested: CLOSE,
    releaseRequested: 'released',
    notificationPaid: 'paid',
    notificationWrong: 'amount-differs',
  },
  needsAttention: {
    timer: 'checking',
    checkRequested: 'checking',
    retryRequested: 'checking',
    resolveRequested: 'checking',
    releaseRequested: 'released',
    notificationPaid: 'paid',
    notificationWrong: 'amount-differs',
  },
};

const cases = (Object.keys(PHASES) as PhaseName[]).flatMap((phase) =>
  (Object.keys(MESSAGES) as (keyof typeof MESSAGES)[]).map(
    (message) => [phase, message, LEADS[phase][message] ?? STAYS] as const,
  ),
);

describe('whatever comes from outside', () => {
  it.each(cases)('in %s, %s: %s', (phase, message, leads) => {
    const { state } = PHASES[phase];
    // The query of a release, or of a check, is that of the close that is confirmed already.
    const then = decideOrder(state, MESSAGES[message], NOW);
    const isSame = then.row === undefined || (message === 'releaseRequested' && phase === 'confirming');
    expect(isSame ? STAYS : leadsTo(then, NOW)).toBe(leads);
  });
});

const wrong = answered('SUCCESS', WRONG_PAYMENT);

/** Where the answers of a query lead, if it is not a check (`checkNow`). */
const ANSWERS: readonly (readonly [string, OrderEvent, string, string])[] = [
  ['SUCCESS', answered('SUCCESS'), 'paid', 'paid'],
  ['REFUND', answered('REFUND'), 'paid', 'paid'],
  ['another amount', wrong, 'amount-differs', 'amount-differs'],
  ['CLOSED', answered('CLOSED'), 'closed', 'closed'],
  ['REVOKED', answered('REVOKED'), 'closed', 'closed'],
  ['NOTPAY', answered('NOTPAY'), CLOSE, 'unsettled 1'],
  ['PAYERROR', answered('PAYERROR'), CLOSE, 'unsettled 1'],
  ['USERPAYING', answered('USERPAYING'), 'userIsPaying 10', 'userIsPaying 5'],
  ['not found', answered('NOT_FOUND'), 'notFoundYet 300', 'notFoundYet 300'],
  ['nothing', queryFailed('unknown'), 'unsettled 1', 'unsettled 1'],
  ['a refused signature', queryFailed('hint'), 'unsettled 60', 'unsettled 60'],
  ['a fatal code', queryFailed('fatal'), 'fatal-answer', 'fatal-answer'],
];

describe('a query that is not a check', () => {
  it.each(ANSWERS)('that is answered %s leads on', (_, event, checking, confirming) => {
    expect(leadsTo(play(PHASES.checking, [NOW, event]), NOW)).toBe(checking);
    expect(leadsTo(play(PHASES.confirming, [NOW, event]), NOW)).toBe(confirming);
  });

  it.each(['checking', 'confirming'] as const)('in %s leads back to the wait if the order is not due', (phase) => {
    const { state } = PHASES[phase];
    const order = { ...ORDER, payBefore: NOW + 1 };
    const then = decideOrder({ ...state, order }, answered('NOTPAY'), NOW);
    expect(then.step).toEqual({ do: 'wait', until: NOW + 1 });
  });

  it.each(['checking', 'confirming'] as const)('in %s never closes once WeChat Pay has called it paid', (phase) => {
    const { state } = PHASES[phase];
    expect(leadsTo(decideOrder({ ...state, paidClaimed: true }, answered('NOTPAY'), NOW), NOW)).toBe('confirming 2');
  });

  it.each(['checking', 'confirming', 'closing'] as const)('in %s and a payment contradict a close', (phase) => {
    const state = { ...PHASES[phase].state, paidShown: true, paidClaimed: true };
    const closed = phase === 'closing' ? notAllowed('CLOSED') : answered('CLOSED');
    expect(leadsTo(decideOrder(state, closed, NOW), NOW)).toBe('notification-and-query-disagree');
  });

  it.each(['checking', 'confirming'] as const)('in %s leads to a close of a payment that takes too long', (phase) => {
    const state = { ...PHASES[phase].state, payingSince: NOW - 10 * MINUTE, closeTriedAt: null };
    expect(leadsTo(decideOrder(state, answered('USERPAYING'), NOW), NOW)).toBe('close if unpaid or paying');
  });

  it.each(['checking', 'confirming'] as const)('in %s gives an accepted close its time', (phase) => {
    const state = { ...PHASES[phase].state, closeAcceptedAt: NOW };
    for (const event of [answered('NOTPAY'), answered('USERPAYING')]) {
      expect(leadsTo(decideOrder(state, event, NOW), NOW)).toBe('confirming 2');
    }
  });
});

describe('in a pause before a close is confirmed', () => {
  const settling = after(...toSettling);

  it.each([
    ['a check', checkRequested],
    ['a release', releaseRequested],
    ['a retry', retryRequested],
  ])('%s has it confirmed at once', (_, event) => {
    const asked = play({ ...settling, state: { ...settling.state, queriedAt: null } }, [due, event]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(asked.state.phase).toBe('confirming');
  });

  it('its timer has it confirmed', () => {
    expect(play(settling, [due + 2_000, timer]).step).toEqual({ do: 'query' });
  });
});
