import type { Guard, PhaseWords, Row as FlowRow } from '../flow.js';
import { DELIVERED_WITHIN, type DeliveryPhaseName, type DeliveryReason, type DeliveryState } from './state.js';
import type { DeliveryTrigger } from './triggers.js';

/** A phase: what happens in it, what heads its page, and what a list of workflows shows. */
export const PHASES = {
  delivering: {
    means: { en: 'The events are posted to the checkout, in their order.', zh: '正在按顺序向商户系统投递事件。' },
    title: { en: 'Telling the checkout', zh: '正在通知商户系统' },
    visible: 'delivering',
  },
  retrying: {
    means: {
      en: 'The checkout did not take an event. It is posted again after a pause, for three days.',
      zh: '商户系统未接收事件。暂停后再次投递，持续三天。',
    },
    title: { en: 'The checkout did not take an event', zh: '商户系统未接收事件' },
    visible: 'not-delivered',
  },
  needsAttention: {
    means: {
      en: 'A person is asked; the events still are posted, every hour.',
      zh: '已请人工处理；同时仍每小时投递。',
    },
    title: { en: 'A person is needed', zh: '需要人工处理' },
    visible: 'needs-attention',
  },
} as const satisfies Record<Exclude<DeliveryPhaseName, 'ended'>, PhaseWords>;

/** The conditions of the rows. */
export const GUARDS = {
  allDelivered: {
    means: { en: 'every event has been taken', zh: '所有事件均已被接收' },
    holds: ({ events }) => events.length === 0,
  },
  patienceOver: {
    means: { en: 'no try has succeeded for three days', zh: '三天内没有一次投递成功' },
    holds: ({ failingSince }, now) => failingSince !== null && now - failingSince >= DELIVERED_WITHIN,
  },
  releasing: {
    means: { en: 'a person pressed _Request Cancellation_', zh: '有人点击了 _Request Cancellation_' },
    holds: ({ releaseRequested }) => releaseRequested,
  },
} as const satisfies Record<string, Guard<DeliveryState, DeliveryTrigger>>;

export type DeliveryGuardName = keyof typeof GUARDS;

type RowEnd =
  | { readonly to: 'delivering' | 'retrying' | 'end:delivered' | 'end:givenUp' | 'end:released' }
  | { readonly to: 'needsAttention'; readonly reason: DeliveryReason };

export type DeliveryRow = FlowRow<DeliveryPhaseName, DeliveryTrigger, DeliveryGuardName> & RowEnd;

const delivering = ['delivering'] as const;
const resting = ['retrying', 'needsAttention'] as const;

/**
 * The life of what a checkout could not be told at once, as rows: the first that fits is taken. If none fits, it stays
 * where it is. What an event teaches (see `learn`) is known before the rows are read.
 */
export const OUTCOME_DELIVERY = [
  // An event is never lost, even if all those before it have just been taken or given up.
  { from: ['ended'], on: ['added'], to: 'delivering' },

  // A wait is over, or a person ends the wait or the delivery.
  { from: resting, on: ['timer', 'retryRequested'], to: 'delivering' },
  { from: [...delivering, ...resting], on: ['gaveUp'], to: 'end:givenUp' },
  { from: resting, on: ['releaseRequested'], when: 'releasing', to: 'end:released' },

  // A try has ended.
  { from: delivering, on: ['taken'], when: 'allDelivered', to: 'end:delivered' },
  { from: delivering, on: ['taken', 'failed', 'gone'], when: 'releasing', to: 'end:released' },
  { from: delivering, on: ['taken'], to: 'delivering' },
  { from: delivering, on: ['gone'], to: 'needsAttention', reason: 'gone' },
  { from: delivering, on: ['failed'], when: 'patienceOver', to: 'needsAttention', reason: 'not-delivered' },
  { from: delivering, on: ['failed'], to: 'retrying' },
] as const satisfies readonly DeliveryRow[];
