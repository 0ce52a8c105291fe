import { WHILE_ASKED } from '../../domain/outcome/decide.js';
import { checkDeliveryInput } from '../../domain/outcome/input.js';
import {
  DELIVERED_WITHIN,
  DELIVERY_PAUSE,
  type DeliveryOutcome,
  type DeliveryReason,
} from '../../domain/outcome/state.js';
import { GUARDS, OUTCOME_DELIVERY, PHASES } from '../../domain/outcome/table.js';
import { type DeliveryTrigger, TRIGGERS } from '../../domain/outcome/triggers.js';
import type { VisibleDeliveryState } from '../../domain/page/outcome.js';
import { OFFERS } from '../../domain/page/texts.js';
import { DELIVERY_OFFERS, DELIVERY_REASONS_TEXT, SAID_BY_WORKER } from '../../domain/page/texts-outcome.js';
import type { DrawnRow } from './diagram.js';
import type { DocumentedFlow, Field } from './flow-page.js';
import { wordsTable } from './markdown.js';
import { reasonsToAct, RETRY, type Send } from './operating-page.js';

const ENDS: Record<DeliveryOutcome['ended'], string> = {
  delivered: 'Every URL that wants an event has taken it.',
  'given-up': 'A person gave up: `note`, `by`. Not every URL has taken the events.',
  released:
    'A person pressed _Request Cancellation_: the workflow ends as cancelled, without a result. Not every URL has taken the events.',
};

/** For a field that is needed, the empty input breaks the rule. */
const FIELDS: readonly Field[] = [
  ['workflowId', 'The workflow that tells.', 'needed', {}],
  ['mchid', 'The merchant whose URLs are posted to.', 'needed', {}],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
];

/** What an operator does in each state. */
const DELIVERY_STATES: Record<VisibleDeliveryState, string> = {
  delivering: 'Nothing: it takes a moment.',
  'not-delivered':
    'Nothing at first: the events are posted again by themselves. If the checkout is down, start it; `retry` posts at once.',
  'needs-attention': '`WxpayReason` says why: see [below](#why-a-person-is-needed).',
  delivered: 'Nothing.',
  'given-up': 'Nothing: the person who gave up has seen to it that the checkout knows.',
  released: 'The person who stopped it must see to it that the checkout knows.',
};

const GIVE_UP: Send = ['giveUp', { ids: ['evt_…'], note: DELIVERY_OFFERS.note.en, by: OFFERS.by.en }];

/** The updates that a person may send when the cause is known. */
const DELIVERY_SENDS: Record<DeliveryReason, readonly Send[]> = {
  'not-delivered': [RETRY, GIVE_UP],
  gone: [RETRY, GIVE_UP],
};

export const deliveryStatesForOperators = (): string => wordsTable(['`WxpayState`', 'what to do'], DELIVERY_STATES);
export const deliveryReasons = (): string => reasonsToAct(DELIVERY_REASONS_TEXT, DELIVERY_SENDS, '###');

/** What the worker says of a try in which nothing was answered because of itself. */
export function workerWords(): string {
  const means = Object.entries(SAID_BY_WORKER).map(([said, { en }]) => [said, en]);
  return wordsTable(['what it says', 'what it means'], Object.fromEntries(means) as Record<string, string>);
}

/** Sentences describe what may come at any time, and what a person does. */
function isLeftOut({ on, when }: DrawnRow): boolean {
  return on.includes('added') || on.includes('releaseRequested') || when === 'releasing';
}

export const DELIVERIES: DocumentedFlow = {
  rows: OUTCOME_DELIVERY,
  phases: PHASES,
  triggers: TRIGGERS,
  guards: GUARDS,
  ends: ENDS,
  fields: FIELDS,
  check: checkDeliveryInput,
  lengths: {},
  fixed: [
    ['DELIVERY_PAUSE', DELIVERY_PAUSE, 'between two tries; it begins anew after a try that was taken'],
    [
      'DELIVERED_WITHIN',
      DELIVERED_WITHIN,
      'from the first try that was not taken, or a person’s `retry`, until a person is asked',
    ],
    ['WHILE_ASKED', WHILE_ASKED, 'between two tries while a person is asked'],
  ],
  drawing: {
    start: 'delivering',
    labels: {
      timer: 'time is up',
      retryRequested: 'a person',
      failed: 'not taken',
      gone: '410',
      gaveUp: 'givenUp',
    } satisfies Partial<Record<DeliveryTrigger, string>>,
    conditions: { allDelivered: 'all are taken', patienceOver: 'three days' },
    isLeftOut,
    unlabelled: { from: [], to: [] },
  },
};
