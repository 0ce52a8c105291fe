import { GUARDS, type ServiceGuardName } from './guards.js';
import type { KeptReason, ServiceAttentionReason, ServiceOrderState, ServicePhaseName } from './state.js';
import type { ServicePauseName } from './timing.js';
import type { ServiceTrigger } from './triggers.js';
import type { Instant } from '../time.js';

export { GUARDS, type ServiceGuardName } from './guards.js';
export { triggerOf, type ServiceTrigger } from './triggers.js';

interface RowHead {
  readonly from: readonly ServicePhaseName[];
  readonly on: readonly ServiceTrigger[];
  /** Read on what is known after the event. Absent: always. */
  readonly when?: ServiceGuardName;
}

/** Where a row leads, with what belongs to that phase: the pause before WeChat Pay is asked again, or the reason. */
type RowEnd =
  | { readonly to: 'waiting' | 'checking' }
  | { readonly to: 'cancelling' }
  | { readonly to: 'confirming'; readonly pause?: ServicePauseName }
  | { readonly to: 'unsettled'; readonly pause: ServicePauseName }
  | { readonly to: 'needsAttention'; readonly reason: ServiceAttentionReason }
  | { readonly to: 'end:kept'; readonly reason: KeptReason }
  | { readonly to: `end:${'cancelled' | 'done' | 'expired' | 'neverExisted' | 'resolved' | 'released'}` };

export type ServiceRow = RowHead & RowEnd;

const waiting = ['waiting'] as const;
const checking = ['checking'] as const;
const cancelling = ['cancelling'] as const;
const confirming = ['confirming'] as const;
const attention = ['needsAttention'] as const;
const asking = [...checking, ...confirming] as const;
const calling = [...asking, ...cancelling] as const;
const resting = [...waiting, 'unsettled', ...attention] as const;

const cancellable = ['created', 'inService', 'completed'] as const;
const unpaid = [...cancellable, 'otherDoing'] as const;
const confirmed = ['inService', 'completed', 'otherDoing', 'paid'] as const;
const stillOpen = ['created', ...confirmed] as const;
const failed = ['unclear', 'hint', 'fatal'] as const;
const answered = [...stillOpen, 'done', 'revoked', 'expired', 'notFound'] as const;
const notifications = ['notificationConfirmed', 'notificationPaid'] as const;
const refused = ['cancel:notFound', 'cancel:refusedState', 'cancel:refusedRequest'] as const;
const notRefused = ['cancel:accepted', 'cancel:alreadyCancelled'] as const;
const refusedForNow = ['cancel:done', 'cancel:inProgress', 'cancel:tooOften'] as const;
const notSent = ['cancel:queryTooOld', 'cancel:notSent'] as const;

/**
 * The way of a service order to its end, as rows: in `from`, on `on`, `when` it holds, go `to`. The first row that fits
 * is taken; where none fits, the order stays where it is. What an event teaches (see `learn`) is known before the rows
 * are read.
 */
export const CANCEL_PAYSCORE = [
  // A rest is over, or a message ends it.
  { from: resting, on: ['timer'], when: 'restIsOver', to: 'checking' },
  { from: resting, on: ['cancelRequested', ...notifications], to: 'checking' },
  { from: confirming, on: notifications, to: 'confirming' },
  { from: attention, on: ['retryRequested', 'resolveRequested'], to: 'checking' },

  // A person said how it ended: a last query first.
  { from: checking, on: [...answered, ...failed], when: 'resolutionStands', to: 'end:resolved' },

  // Two not-founds are an end like any that a query shows.
  { from: checking, on: ['notFound'], when: 'neverExisted', to: 'end:neverExisted' },

  // A person said to stop watching: a call in flight is heard out, and after a cancel one query follows.
  { from: resting, on: ['releaseRequested'], to: 'end:released' },
  { from: confirming, on: ['releaseRequested'], to: 'confirming' },
  {
    from: cancelling,
    on: [...refused, ...refusedForNow, ...notSent, ...failed],
    when: 'released',
    to: 'confirming',
  },
  { from: asking, on: [...stillOpen, 'notFound', ...failed], when: 'released', to: 'end:released' },

  // A person's word did not stand, and no end takes its place.
  {
    from: checking,
    on: [...stillOpen, 'notFound', ...failed],
    when: 'resolving',
    to: 'needsAttention',
    reason: 'resolution-contradicted',
  },

  // What any call can come to.
  { from: calling, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: calling, on: ['hint'], when: 'thirdHint', to: 'needsAttention', reason: 'signature-refused' },
  { from: asking, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: asking, on: ['unclear'], to: 'unsettled', pause: 'unclear' },

  // The query shows an end.
  { from: asking, on: ['done'], to: 'end:done' },
  {
    from: asking,
    on: ['revoked', 'expired'],
    when: 'notificationDisagrees',
    to: 'needsAttention',
    reason: 'notification-and-query-disagree',
  },
  { from: asking, on: ['revoked'], when: 'raceUnknown', to: 'needsAttention', reason: 'raced' },
  { from: asking, on: ['revoked'], to: 'end:cancelled' },
  { from: asking, on: ['expired'], to: 'end:expired' },

  // The query shows none, or is late.
  { from: asking, on: ['notFound'], to: 'unsettled', pause: 'notFound' },
  { from: asking, on: unpaid, when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: checking, on: ['created', 'inService'], when: 'answerIsLate', to: 'unsettled', pause: 'stillOpen' },

  // A cancel changed nothing: everything is decided anew, after a pause.
  { from: asking, on: unpaid, when: 'requestRefused', to: 'needsAttention', reason: 'request-refused' },
  { from: confirming, on: unpaid, when: 'tooManyRounds', to: 'needsAttention', reason: 'cancel-without-effect' },
  { from: confirming, on: stillOpen, to: 'unsettled', pause: 'stillOpen' },

  // It is still open: cancelled where a request that is due allows it, kept where none does or will.
  { from: checking, on: cancellable, when: 'mayCancel', to: 'cancelling' },
  { from: checking, on: cancellable, when: 'queryTooOld', to: 'unsettled', pause: 'unclear' },
  { from: checking, on: confirmed, when: 'cancelIsSettling', to: 'unsettled', pause: 'stillOpen' },
  { from: checking, on: confirmed, when: 'cancelClaimed', to: 'needsAttention', reason: 'cancel-without-effect' },
  { from: checking, on: cancellable, when: 'mayCancelLater', to: 'waiting' },
  { from: checking, on: ['created'], to: 'end:kept', reason: 'not-allowed' },
  { from: checking, on: ['inService'], to: 'end:kept', reason: 'confirmed' },
  { from: checking, on: ['completed'], to: 'end:kept', reason: 'amount-due' },
  { from: checking, on: ['otherDoing'], to: 'end:kept', reason: 'stage-unknown' },
  { from: checking, on: ['paid'], to: 'end:kept', reason: 'paid' },

  // The cancel's answer.
  { from: cancelling, on: notRefused, to: 'confirming' },
  { from: cancelling, on: ['cancel:done'], to: 'confirming', pause: 'paidClaimed' },
  { from: cancelling, on: ['cancel:inProgress'], to: 'confirming', pause: 'beingCharged' },
  { from: cancelling, on: ['cancel:tooOften'], to: 'confirming', pause: 'tooOften' },
  { from: cancelling, on: refused, to: 'confirming', pause: 'refused' },
  { from: cancelling, on: notSent, to: 'unsettled', pause: 'unclear' },
  { from: cancelling, on: ['hint'], to: 'confirming', pause: 'hint' },
  { from: cancelling, on: ['unclear'], to: 'confirming', pause: 'unclear' },
] as const satisfies readonly ServiceRow[];

const rows: readonly ServiceRow[] = CANCEL_PAYSCORE;

/** The row that an event takes in a state, or `undefined` where the service order stays where it is. */
export function rowFor(state: ServiceOrderState, trigger: ServiceTrigger, now: Instant): ServiceRow | undefined {
  return rows.find(
    (row) =>
      row.from.includes(state.phase) &&
      row.on.includes(trigger) &&
      (row.when === undefined || GUARDS[row.when](state, now, trigger)),
  );
}

/** Where a row stands in the table, counted from 1. */
export function numberOf(row: ServiceRow): number {
  return rows.indexOf(row) + 1;
}
