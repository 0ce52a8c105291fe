import { CANCEL_LIMITS } from '../../domain/guarded-write.js';
import { GUARDS, type ServiceGuardName } from '../../domain/payscore/guards.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { checkCancelRequest } from '../../domain/payscore/requests.js';
import type { KeptReason, ServiceAttentionReason, ServiceOutcome } from '../../domain/payscore/state.js';
import { CANCEL_PAYSCORE, PHASES } from '../../domain/payscore/table.js';
import { TRIGGERS, type ServiceTrigger } from '../../domain/payscore/triggers.js';
import {
  DEFAULT_SERVICE_ORDER_TIMING,
  MAX_CANCEL_DELAY,
  type ServiceOrderTiming,
  SHORTEST_WAIT,
  UNREQUESTED_CHECK,
} from '../../domain/payscore/order.js';
import type { VisibleServiceState } from '../../domain/page/service-order.js';
import { SERVICE_REASONS } from '../../domain/page/texts-service-order.js';
import { CALL_RETRIED_FOR, NOT_FOUND_APART } from '../../domain/waiting.js';
import type { DrawnRow } from './diagram.js';
import { inputTable, type DocumentedFlow, type Field } from './flow-page.js';
import { inWords, wordsTable } from './markdown.js';
import { reasonsToAct, resolve, RETRY, type Send, statesToAct } from './operating-page.js';

const ENDS: Record<ServiceOutcome['ended'], string> = {
  cancelled:
    'A query says REVOKED. `cancelSent` says whether this worker sent a cancel (`yes`, `no`, or `maybe` if an attempt was lost), and not who cancelled it: WeChat Pay does not tell that. `reason` is the one that was sent. `raced: true`: money had become due before the cancel took effect, and WeChat Pay does not collect it; `totalDue` says how much, in fen, if that was said.',
  done: 'A query says DONE: nothing is left to cancel.',
  expired: 'A query says EXPIRED: nothing is left to cancel.',
  kept: 'It was not cancelled, because no request allows it, nor will later, or it is paid; `reason` says why, see below.',
  'never-existed': `Signed not-founds over ${inWords(NOT_FOUND_APART)}, and nothing else was ever seen.`,
  resolved: 'A person said how it ended: `as`, `note`, `by`; and `said`, the last answer of WeChat Pay.',
  released: 'A person pressed _Request Cancellation_. No cancel is sent any more.',
};

const KEPT_REASONS: Record<KeptReason, string> = {
  confirmed: 'The user had confirmed it, and no request allows a cancel `in-service`.',
  'amount-due': 'Money is due (`totalDue`, in fen), and no request gives up exactly that.',
  paid: 'The user has paid.',
  'stage-unknown': 'WeChat Pay calls it DOING without saying how far it is. No request can allow a cancel then.',
  'not-allowed': 'The user has not confirmed it, and no request allows a cancel at that stage.',
};

export const keptReasons = (): string => wordsTable(['`reason`', 'why it was kept'], KEPT_REASONS);

/** What each state means, and what an operator should do. */
const SERVICE_STATES: Record<VisibleServiceState, readonly [means: string, toDo: string]> = {
  waiting: ['It waits for the time of a request, or for a request.', 'Nothing.'],
  cancelling: [
    'A cancel is sent, or its effect is confirmed.',
    'Nothing. The service order must not be completed meanwhile.',
  ],
  unsettled: [
    'The last answer was inconclusive, or a cancel was refused for now. The worker tries again by itself.',
    'Nothing at first, as above.',
  ],
  'needs-attention': ['A person is needed. `WxpayReason` says why.', 'See [below](#service-orders).'],
  cancelled: [
    'It is cancelled. With `raced` in the result, money was due.',
    'With `raced`: collect the money in another way, or write it off.',
  ],
  done: ['WeChat Pay calls it done.', 'Nothing.'],
  expired: ['WeChat Pay calls it expired.', 'Nothing.'],
  kept: [
    'It was not cancelled. The result says [why](cancel-payscore.md#why-it-is-kept).',
    'Nothing; with `stage-unknown`, check it on the merchant platform.',
  ],
  'never-existed': ['WeChat Pay does not know the number.', 'Nothing.'],
  resolved: ['A person said how it ended.', 'Nothing.'],
  released: [
    'A person stopped the watching: no cancel is sent.',
    'If it should be cancelled after all, request a cancel again.',
  ],
};

/** The updates that a person may send when the cause is known. */
const SERVICE_SENDS: Record<ServiceAttentionReason, readonly Send[]> = {
  raced: [RETRY],
  'notification-and-query-disagree': [RETRY, resolve('cancelled')],
  'fatal-answer': [RETRY],
  'request-refused': [RETRY],
  'signature-refused': [RETRY],
  'cancel-without-effect': [RETRY, resolve('kept')],
  'resolution-contradicted': [RETRY, resolve('cancelled', true)],
  'patience-over': [RETRY],
};

export const serviceStatesForOperators = (): string => statesToAct(SERVICE_STATES);
export const serviceReasons = (): string => reasonsToAct(SERVICE_REASONS, SERVICE_SENDS);

const LENGTHS: Record<Exclude<keyof ServiceOrderTiming, 'pauses'>, string> = {
  patience: 'from the first check that was due until a person is asked',
  cancelSettlesWithin: 'how long after a cancel a query that shows it open is taken for late',
};

const FIXED: DocumentedFlow['fixed'] = [
  [
    'CANCEL_LIMITS.queryValidFor',
    CANCEL_LIMITS.queryValidFor,
    'from the query that allows a cancel to the cancel, at most; see [the guarded write](guarantees.md#the-guarded-write)',
  ],
  ['NOT_FOUND_APART', NOT_FOUND_APART, 'between two signed not-founds after which it never existed'],
  ['UNREQUESTED_CHECK', UNREQUESTED_CHECK, 'how often it is queried while no cancel is requested'],
  ['SHORTEST_WAIT', SHORTEST_WAIT, 'between two queries, at least'],
  ['MAX_CANCEL_DELAY', MAX_CANCEL_DELAY, 'how far ahead a cancel may be requested'],
  [
    'CALL_RETRIED_FOR',
    CALL_RETRIED_FOR,
    'how long Temporal retries one call before the service order is _unsettled_, and tried again after a pause',
  ],
];

/** The fields of the input, and their defaults. */
const FIELDS: readonly Field[] = [
  ['mchid', 'The merchant. PayScore knows direct merchants only (S1).', 'needed', { mchid: 'x' }],
  ['outOrderNo', 'The merchant’s number of the service order.', 'needed', { outOrderNo: '' }],
  ['serviceId', 'The service, as at creation.', 'needed', { serviceId: '' }],
  ['appid', 'The app, as at creation.', 'needed', { appid: '' }],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
  ['timing', 'Lengths of time that differ from the [defaults](#times).', 'the defaults', { timing: 'x' }],
];

/** The fields of a request to cancel. */
const REQUEST_FIELDS: readonly Field[] = [
  ['requestId', 'The same id is the same request.', 'needed', { requestId: '' }],
  ['reason', 'Goes to WeChat Pay. Every attempt repeats the first one (S1).', 'needed', { reason: '' }],
  ['when', 'When the cancel may be sent at the earliest.', "`'now'`", { when: 'x' }],
  ['when.at', 'An instant. One that has passed is now.', '–', { when: { at: 'x' } }],
  [
    'when.ifNotConfirmedWithin',
    'From the request on. If the user confirms within it, nothing is cancelled.',
    '–',
    { when: { ifNotConfirmedWithin: 'x' } },
  ],
  ['mayCancel', 'The stages in which it may be cancelled.', "`['created']`", { mayCancel: 'x' }],
  [
    'giveUp',
    'An amount due that may be lost: it is cancelled only if exactly that is due.',
    'none',
    { giveUp: { total: 'x', currency: 'CNY' } },
  ],
];

const RIGHT_INPUT = { mchid: '1', outOrderNo: '1', serviceId: '1', appid: 'wx0000000000000000' };
const RIGHT_REQUEST = { requestId: 'r', reason: 'r' };

export const requestInput = (): string =>
  inputTable(REQUEST_FIELDS, (probe) => checkCancelRequest({ ...RIGHT_REQUEST, ...probe }, 0));

const UNDRAWN_GUARDS: readonly ServiceGuardName[] = [
  'releasing',
  'releasingUnconfirmed',
  'resolutionPending',
  'resolutionConfirmed',
];

/** Sentences describe what a person does, and a cancel that was superseded. */
function isLeftOut({ on, when }: DrawnRow, from: string): boolean {
  const isUnusual = on.includes('releaseRequested') || on.includes('cancel:superseded');
  const wasNotAccepted = from === 'confirming' && when === 'mayCancel';
  return isUnusual || wasNotAccepted || UNDRAWN_GUARDS.some((each) => each === when);
}

export const SERVICE_ORDERS: DocumentedFlow = {
  rows: CANCEL_PAYSCORE,
  phases: PHASES,
  triggers: TRIGGERS,
  guards: GUARDS,
  ends: ENDS,
  fields: FIELDS,
  check: (probe) => checkServiceOrder({ ...RIGHT_INPUT, ...probe }, 0),
  timing: DEFAULT_SERVICE_ORDER_TIMING,
  lengths: LENGTHS,
  fixed: FIXED,
  drawing: {
    start: 'waiting',
    labels: {
      timer: 'time is up',
      cancelRequested: 'cancel asked for',
      retryRequested: 'a person',
      resolveRequested: 'a person',
      notificationConfirmed: 'notification',
      notificationPaid: 'notification',
      created: 'open',
      inService: 'open',
      completed: 'open',
      otherDoing: 'open',
      paid: 'open',
      notFound: 'not found',
      hint: 'signature refused',
      'cancel:accepted': 'accepted',
      'cancel:done': 'called done',
      'cancel:lost': 'lost',
      'cancel:inProgress': 'refused for now',
      'cancel:tooOften': 'refused for now',
      'cancel:notFound': 'refused for now',
      'cancel:refusedState': 'refused for now',
      'cancel:unclear': 'unclear',
    } satisfies Partial<Record<ServiceTrigger, string>>,
    conditions: {
      requestIsDue: 'due',
      mayCancel: 'due and allowed',
      mayCancelLater: 'may be allowed later',
      answerIsLate: 'answer is late',
      cancelIsSettling: 'cancel is settling',
      cancelMayStillLand: 'cancel may still land',
      cancelDidNotSettle: 'cancel did not settle',
      paidClaimed: 'open, called paid',
      neverExisted: 'never found',
    } satisfies Partial<Record<ServiceGuardName, string>>,
    isLeftOut,
    sameAs: { confirming: 'cancelling', checking: 'cancelling' },
    unlabelled: { from: ['unsettled', 'needsAttention'], to: ['needsAttention'] },
  },
};
