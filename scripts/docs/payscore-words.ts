import type { ServiceGuardName, ServiceTrigger } from '../../domain/payscore/cancel-payscore.js';
import { HINTS_SPAN } from '../../domain/hints.js';
import type { KeptReason, ServiceOrderState, ServiceOutcome, ServicePhaseName } from '../../domain/payscore/state.js';
import {
  CANCEL_FRESHNESS,
  CANCEL_SETTLES_WITHIN,
  NOT_FOUND_APART,
  ROUNDS_BEFORE_A_PERSON,
  UNREQUESTED_LOOK,
  type ServicePauseName,
} from '../../domain/payscore/timing.js';
import { HINTS_BEFORE_A_PERSON } from '../../domain/timing.js';
import { inWords } from './markdown.js';

export type OpenServicePhase = Exclude<ServicePhaseName, 'ended'>;

/** What happens in a state. */
export const SERVICE_PHASES: Record<OpenServicePhase, string> = {
  waiting: `The worker waits for the time of a request, for a request, or for a notification. Where none was made, it looks once in ${inWords(UNREQUESTED_LOOK)}.`,
  checking: 'WeChat Pay is asked.',
  cancelling: `One cancel is sent, at most ${inWords(CANCEL_FRESHNESS)} after the query that allowed it.`,
  confirming: 'WeChat Pay is asked what came of the cancel, or of a claim of payment.',
  unsettled: 'The last answer decided nothing: lost, unsigned, unclear, late, or not found.',
  needsAttention: 'A person is asked; WeChat Pay still is, every hour.',
};

/** What an end means for a service. */
export const SERVICE_ENDS: Record<ServiceOutcome['ended'], string> = {
  cancelled:
    'A query says REVOKED. `by` is `us` where a cancel of ours was carried out, or may have been; `reason` is the one that was sent. `raced: true`: money had become due before the cancel took effect, and WeChat Pay does not collect it; `totalDue` says how much, in fen, where that was said.',
  done: 'A query says DONE: nothing is left to cancel.',
  expired: 'A query says EXPIRED: nothing is left to cancel.',
  kept: 'It was not cancelled, because no request allows it, nor will later, or it is paid; `reason` says why, see below.',
  'never-existed': `Signed not-founds over ${inWords(NOT_FOUND_APART)}, and nothing else was ever seen.`,
  resolved: 'A person said how it ended: `as`, `note`, `by`; and `said`, the last answer of WeChat Pay.',
  released: 'A person pressed _Request Cancellation_. No cancel is sent any more.',
};

export const KEPT_REASONS: Record<KeptReason, string> = {
  confirmed: 'The user had confirmed it, and no request allows a cancel `in-service`.',
  'amount-due': 'Money is due (`totalDue`, in fen), and no request gives up exactly that.',
  paid: 'The user has paid.',
  'stage-unknown': 'WeChat Pay calls it DOING without saying how far it is. No request can allow a cancel then.',
  'not-allowed': 'The user has not confirmed it, and no request allows a cancel at that stage.',
};

/** What brings a service order on, and how a diagram calls it. */
export const SERVICE_TRIGGERS: Record<ServiceTrigger, { readonly means: string; readonly brief: string }> = {
  timer: { means: 'the wait or the pause is over', brief: 'time is up' },
  cancelRequested: { means: '`requestCancel` with a new `requestId`', brief: 'cancel asked for' },
  requestRepeated: { means: '`requestCancel` with a `requestId` that is known: no row hears it', brief: 'repeated' },
  retryRequested: { means: '`retry`', brief: 'a person' },
  resolveRequested: { means: '`resolve`', brief: 'a person' },
  releaseRequested: { means: '_Request Cancellation_', brief: 'released' },
  notificationConfirmed: { means: 'a verified notification: USER_CONFIRM', brief: 'notification' },
  notificationPaid: { means: 'a verified notification: USER_PAID', brief: 'notification' },
  notificationStranger: {
    means: 'a notification of another service order: no row hears it',
    brief: 'foreign notification',
  },
  created: { means: 'query: CREATED', brief: 'open' },
  inService: { means: 'query: DOING, USER_CONFIRM', brief: 'open' },
  completed: { means: 'query: DOING, and MCH_COMPLETE, an amount due, or USER_PAYING', brief: 'open' },
  otherDoing: { means: 'query: DOING, and nothing more', brief: 'open' },
  paid: { means: 'query: CREATED or DOING, and USER_PAID', brief: 'open' },
  done: { means: 'query: DONE', brief: 'done' },
  revoked: { means: 'query: REVOKED', brief: 'revoked' },
  expired: { means: 'query: EXPIRED', brief: 'expired' },
  notFound: { means: 'query: signed, and the number is not known', brief: 'not found' },
  'cancel:accepted': { means: 'cancel: 200 or 204', brief: 'answered' },
  'cancel:alreadyCancelled': { means: 'cancel: ORDER_CANCELED', brief: 'answered' },
  'cancel:done': { means: 'cancel: ORDER_DONE', brief: 'answered' },
  'cancel:inProgress': { means: 'cancel: refused, the user is being charged', brief: 'answered' },
  'cancel:tooOften': { means: 'cancel: refused, too many requests', brief: 'answered' },
  'cancel:notFound': { means: 'cancel: refused, the number is not known', brief: 'answered' },
  'cancel:refusedState': { means: 'cancel: refused for the state of the service order', brief: 'answered' },
  'cancel:refusedRequest': { means: 'cancel: refused as a faulty request', brief: 'answered' },
  'cancel:queryTooOld': { means: 'cancel: not sent, its query is too old', brief: 'not sent' },
  'cancel:notSent': { means: 'cancel: failed before WeChat Pay could carry it out', brief: 'not sent' },
  unclear: { means: 'a call came to nothing that decides', brief: 'unclear' },
  hint: {
    means: 'a call was refused for its signature, or by an answer that is not signed',
    brief: 'refused, unsigned',
  },
  fatal: { means: 'a call was refused in a way that repeating cannot mend', brief: 'refused' },
};

/** The conditions of the table. */
export const SERVICE_CONDITIONS: Record<ServiceGuardName, string> = {
  restIsOver: 'the time of the wait or of the pause has come',
  resolving: 'a person said how it ended',
  resolutionStands:
    'a person said how it ended, and the answer confirms it, or `force` was said; and nobody released it',
  released: 'a person pressed _Request Cancellation_',
  thirdHint: `the call was refused so ${HINTS_BEFORE_A_PERSON} times in a row, over ${inWords(HINTS_SPAN)}`,
  notificationDisagrees: 'a verified notification said that the user has paid, and nobody released it',
  raceUnknown: 'a cancel of ours took effect though money was due that nobody gave up, and no person was told yet',
  neverExisted: `nothing was ever seen of it, and the first not-found in a row is ${inWords(NOT_FOUND_APART)} old`,
  paidClaimed: 'USER_PAID or ORDER_DONE was said: no cancel is sent any more',
  answerIsLate: 'the answer shows less than an earlier answer or notification did',
  requestRefused: 'the last cancel was refused as a faulty request, and nothing seen since explains it',
  tooManyRounds: `${ROUNDS_BEFORE_A_PERSON} cancels left it open`,
  mayCancel: `a request that is due allows it, nobody calls it paid, and the query is at most ${inWords(CANCEL_FRESHNESS)} old`,
  queryTooOld: `a request that is due allows it, and the query is older than ${inWords(CANCEL_FRESHNESS)}`,
  cancelIsSettling: `a cancel was accepted, or its answer was lost, less than ${inWords(CANCEL_SETTLES_WITHIN)} ago`,
  cancelClaimed: 'WeChat Pay has accepted a cancel, or said ORDER_CANCELED',
  mayCancelLater: 'a request that is not due yet may allow it then; or there is none yet, and it is only created',
};

export const SERVICE_PAUSE_WORDS: Record<ServicePauseName, string> = {
  beingCharged: 'a cancel was refused because the user is being charged',
  stillOpen: 'a cancel was sent, or a notification told more, and the query does not show it yet',
  paidClaimed: 'USER_PAID or ORDER_DONE was said, and the query does not show it yet',
  tooOften: 'a cancel was refused because of a rate limit',
  refused: 'a cancel was refused for the state of the service order, or as a faulty request',
  notFound: 'the number is not known',
  unclear: 'an answer that decides nothing',
  hint: 'a request was refused for its signature',
  needsAttention: 'a person is asked',
};

type Field = readonly [field: string, meaning: string, otherwise: string, probe: object];

/** What names a service order. */
export const SERVICE_FIELDS: readonly Field[] = [
  ['mchid', 'The merchant. PayScore knows direct merchants only (S1).', 'needed', { mchid: 'x' }],
  ['outOrderNo', 'The merchant’s number of the service order.', 'needed', { outOrderNo: '' }],
  ['serviceId', 'The service, as at creation.', 'needed', { serviceId: '' }],
  ['appid', 'The app, as at creation.', 'needed', { appid: '' }],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
];

/** What makes a request to cancel. */
export const REQUEST_FIELDS: readonly Field[] = [
  ['requestId', 'The same id is the same request.', 'needed', { requestId: '' }],
  ['reason', 'Goes to WeChat Pay. Every attempt repeats the first one that was sent (S1).', 'needed', { reason: '' }],
  ['when', 'The first instant at which the cancel may be sent.', "`'now'`", { when: 'x' }],
  ['when.at', 'An instant. One that has passed is now.', '–', { when: { at: 'x' } }],
  [
    'when.ifNotConfirmedWithin',
    'From the request on. Where the user confirms within it, nothing is cancelled.',
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

/** A state of which only the name counts. */
export function inServicePhase(phase: OpenServicePhase): ServiceOrderState {
  return { phase } as ServiceOrderState;
}
