import type { Payment } from '../../domain/calls.js';
import { LATE_REASONS, lateWorkflowId, type LateOutcome } from '../../domain/late/state.js';
import { orderWorkflowId } from '../../domain/orders/order.js';
import { ATTENTION_REASONS, type Outcome } from '../../domain/orders/state.js';
import type {
  EventContent,
  EventOrder,
  EventServiceOrder,
  EventType,
  OutcomeEvent,
} from '../../domain/outcome/event.js';
import { serviceOrderWorkflowId } from '../../domain/payscore/order.js';
import {
  type KeptReason,
  RESOLVED_AS,
  SERVICE_ATTENTION_REASONS,
  type ServiceOutcome,
} from '../../domain/payscore/state.js';

/** The data of a type of event. */
type DataOf<Type extends EventType> = Extract<EventContent, { readonly type: Type }>['data'];

/** Several of a kind, and at least one. */
type Some<T> = readonly [T, ...T[]];

/** Every variant by its end: the compiler asks for the next one. */
type ByEnd<Ended extends { readonly ended: string }> = {
  readonly [End in Ended['ended']]: Some<Extract<Ended, { readonly ended: End }>>;
};

export const ORDER: EventOrder = { mchid: '1900000109', outTradeNo: 'SHOP-1' };
const OF_INSTITUTION: EventOrder = { mchid: '1900000109', subMchid: '1900000222', outTradeNo: 'SHOP-1' };
const BY_TRANSACTION: EventOrder = { mchid: '1900000109', transactionId: '4200000001202603020000000001' };
export const SERVICE_ORDER: EventServiceOrder = { mchid: '1900000109', outOrderNo: 'RENT-1', serviceId: '500001' };

const PAYMENT: Payment = {
  transactionId: '4200000001202603020000000001',
  amount: { total: 888, currency: 'HKD' },
  paidAt: '2026-03-02T12:00:00Z',
};
const UNKNOWN_PAYMENT: Payment = { transactionId: null, amount: null, paidAt: null };

const NOTE = { note: 'seen on the merchant platform', by: 'Mei' };
const REPLACED = { replacedBy: 'SHOP-1A' };

type OutcomeOf<End extends Outcome['ended']> = Extract<Outcome, { readonly ended: End }>;

const RESOLVED: Readonly<Record<OutcomeOf<'resolved'>['as'], OutcomeOf<'resolved'>>> = {
  paid: { ended: 'resolved', as: 'paid', said: 'NOTPAY', ...NOTE },
  closed: { ended: 'resolved', as: 'closed', said: 'NOT_FOUND', ...NOTE, ...REPLACED },
  'never-existed': { ended: 'resolved', as: 'never-existed', said: 'CLOSED', ...NOTE },
};

const OUTCOMES: ByEnd<Outcome> = {
  paid: [
    { ended: 'paid', refunded: false, toldBy: 'notification', ...PAYMENT },
    { ended: 'paid', refunded: true, toldBy: 'query', ...UNKNOWN_PAYMENT, ...REPLACED },
  ],
  closed: [
    { ended: 'closed', closeSent: 'yes' },
    { ended: 'closed', closeSent: 'maybe', ...REPLACED },
    { ended: 'closed', closeSent: 'no' },
  ],
  'never-existed': [{ ended: 'never-existed' }, { ended: 'never-existed', ...REPLACED }],
  resolved: some(Object.values(RESOLVED)),
  released: [{ ended: 'released' }, { ended: 'released', ...REPLACED }],
};

const KEPT: Readonly<Record<KeptReason, DataOf<'service-order.kept'>['outcome']>> = {
  confirmed: { ended: 'kept', reason: 'confirmed' },
  'amount-due': { ended: 'kept', reason: 'amount-due', totalDue: 1200 },
  paid: { ended: 'kept', reason: 'paid' },
  'stage-unknown': { ended: 'kept', reason: 'stage-unknown' },
  'not-allowed': { ended: 'kept', reason: 'not-allowed' },
};

type ServiceOutcomeOf<End extends ServiceOutcome['ended']> = Extract<ServiceOutcome, { readonly ended: End }>;

const SERVICE_OUTCOMES: ByEnd<ServiceOutcome> = {
  cancelled: [
    { ended: 'cancelled', cancelSent: 'no' },
    { ended: 'cancelled', cancelSent: 'yes', reason: 'the user changed their mind', raced: true, totalDue: 1200 },
  ],
  done: [{ ended: 'done' }],
  expired: [{ ended: 'expired' }],
  kept: some(Object.values(KEPT)),
  'never-existed': [{ ended: 'never-existed' }],
  resolved: some(
    RESOLVED_AS.map((as): ServiceOutcomeOf<'resolved'> => ({ ended: 'resolved', as, said: 'DOING', ...NOTE })),
  ),
  released: [{ ended: 'released' }],
};

const LATE_OUTCOMES: ByEnd<LateOutcome> = {
  known: [{ ended: 'known' }],
  refunded: [{ ended: 'refunded' }],
  recorded: [
    { ended: 'recorded', as: 'refunded', ...NOTE },
    { ended: 'recorded', as: 'reopened', ...NOTE },
  ],
  released: [{ ended: 'released' }],
};

/** A list that is not empty. @throws Error if it is */
function some<T>(list: readonly T[]): Some<T> {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('there is none');
  return [first, ...rest];
}

const ENDS = Object.values(OUTCOMES).flat();
const [ENDED] = OUTCOMES.closed;

function orderData<End extends Outcome['ended']>(end: End): Some<{ order: EventOrder; outcome: OutcomeOf<End> }> {
  return some((OUTCOMES[end] as Some<OutcomeOf<End>>).map((outcome) => ({ order: ORDER, outcome })));
}

function serviceData<End extends ServiceOutcome['ended']>(
  end: End,
): Some<{ order: EventServiceOrder; outcome: ServiceOutcomeOf<End> }> {
  const outcomes = SERVICE_OUTCOMES[end] as Some<ServiceOutcomeOf<End>>;
  return some(outcomes.map((outcome) => ({ order: SERVICE_ORDER, outcome })));
}

/** What each type of event may say: every type, outcome and reason. */
export const EVENT_DATA: { readonly [Type in EventType]: Some<DataOf<Type>> } = {
  'order.paid': orderData('paid'),
  'order.closed': orderData('closed'),
  'order.never-existed': orderData('never-existed'),
  'order.resolved': orderData('resolved'),
  'order.released': orderData('released'),
  'order.needs-attention': some(
    [ORDER, OF_INSTITUTION, BY_TRANSACTION].flatMap((order) => ATTENTION_REASONS.map((reason) => ({ order, reason }))),
  ),
  'service-order.cancelled': serviceData('cancelled'),
  'service-order.done': serviceData('done'),
  'service-order.expired': serviceData('expired'),
  'service-order.kept': serviceData('kept'),
  'service-order.never-existed': serviceData('never-existed'),
  'service-order.resolved': serviceData('resolved'),
  'service-order.released': serviceData('released'),
  'service-order.needs-attention': some(SERVICE_ATTENTION_REASONS.map((reason) => ({ order: SERVICE_ORDER, reason }))),
  'late-payment.found': some([
    ...LATE_REASONS.map((reason) => ({ order: ORDER, ended: ENDED, payments: [PAYMENT] as const, reason })),
    ...ENDS.map((ended) => ({
      order: ORDER,
      ended,
      payments: [PAYMENT, UNKNOWN_PAYMENT] as const,
      reason: LATE_REASONS[0],
    })),
  ]),
  'late-payment.settled': some(
    Object.values(LATE_OUTCOMES)
      .flat()
      .map((outcome) => ({ order: ORDER, ended: ENDED, payments: [PAYMENT] as const, outcome })),
  ),
};

/** One event of each type and variant, each newer than the one before it. */
export const EVENTS: readonly OutcomeEvent[] = Object.entries(EVENT_DATA)
  .flatMap(([type, all]) => all.map((data) => ({ type, data }) as EventContent))
  .map((content, index) => ({
    id: `evt_${index}`,
    sequence: 1_772_452_800_000 + index,
    occurredAt: '2026-03-02T12:00:00.000Z',
    workflowId: workflowIdOf(content),
    ...content,
  }));

function workflowIdOf({ type, data: { order } }: EventContent): string {
  if ('serviceId' in order) return serviceOrderWorkflowId(order);
  return type.startsWith('late-payment.') ? lateWorkflowId(order) : orderWorkflowId(order);
}
