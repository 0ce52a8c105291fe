import {
  bad,
  collect,
  fault,
  BY_LENGTH,
  isRecord,
  isVisibleText,
  matches,
  NOTE_LENGTH,
  ok,
  unknownFields,
  type Checked,
  type Fault,
  type Fields,
} from '../validation.js';
import { DEFAULT_LATE_TIMING, type LateRecord, type LateStart, type LateState } from './state.js';
import { checkNotification, paymentIn } from '../orders/notification.js';
import { amountOf, localeOf, OUT_TRADE_NO, refOf } from '../orders/input.js';
import { notificationIsOurs } from '../orders/facts.js';
import { transactionIdsOf } from './facts.js';
import type { Amount, OrderRef } from '../orders/order.js';
import type { Outcome, PaymentNotification } from '../orders/state.js';
import { checkTiming, PATIENCE_BOUNDS } from '../timing.js';

const RULES = {
  object: 'must be an object',
  order: 'must be the order as it was started: { api, mchid, outTradeNo, … }',
  amount: 'must be { total, currency }, or null if it is not known',
  foreign: 'must name this order',
} as const;

const FIELDS = ['order', 'amount', 'locale', 'ended', 'notification', 'timing'] as const;
const ORDER_FIELDS = ['api', 'mchid', 'subMchid', 'outTradeNo', 'transactionId', 'appid', 'subAppid'] as const;

/** Checks the input of a late payment, and fills in the defaults. All faults are listed, not only the first. */
export function checkLateInput(input: unknown): Checked<LateStart> {
  if (!isRecord(input)) return bad('late payment', input, RULES.object);
  const faults = unknownFields(input, FIELDS);
  const ref = collect(faults, orderIn(input));
  const amount = collect(faults, amountIn(input));
  const locale = collect(faults, localeOf(input['locale']));
  const ended = collect(faults, checkEnd(input['ended']));
  const notification = collect(faults, notificationIn(input, ref));
  const timing = collect(faults, checkTiming(input['timing'], DEFAULT_LATE_TIMING, { patience: PATIENCE_BOUNDS }));
  if (!(ref && locale && ended && notification && timing) || amount === undefined || faults.length > 0)
    return { ok: false, faults };
  return ok({ order: { ref, amount, locale }, ended, notification, timing });
}

function orderIn({ order }: Fields): Checked<OrderRef> {
  if (!isRecord(order)) return bad('order', order, RULES.order);
  const faults = unknownFields(order, ORDER_FIELDS);
  const ref = collect(faults, refOf(order));
  return ref === undefined || faults.length > 0 ? { ok: false, faults: faults.map(inOrder) } : ok(ref);
}

function inOrder({ field, ...rest }: Fault): Fault {
  return { field: field.replaceAll(/\w+/g, 'order.$&'), ...rest };
}

function amountIn({ amount }: Fields): Checked<Amount | null> {
  if (amount === undefined) return bad('amount', amount, RULES.amount);
  return amountOf(amount === null ? { amountUnknown: true } : { amount });
}

function notificationIn({ notification }: Fields, order: OrderRef | undefined): Checked<PaymentNotification> {
  const checked = checkNotification(notification);
  if (!checked.ok || order === undefined || notificationIsOurs({ order: { ref: order } }, checked.value))
    return checked;
  return { ok: false, faults: [fault('notification.order', checked.value.order, RULES.foreign)] };
}

const ENDED_RULE =
  'must be the outcome of the order, as its workflow returned it: { ended: "paid" | "closed" | "never-existed" | "resolved" | "released", … }';

/** How long the state or code of WeChat Pay's last answer may be, in code points. */
const SAID_LENGTH = 100;

/**
 * Checks the outcome of the order: a late payment is compared with it, and people read it.
 *
 * @returns the known fields. Those of a later version are dropped
 */
function checkEnd(ended: unknown): Checked<Outcome> {
  const outcome = isRecord(ended) ? outcomeIn(ended) : undefined;
  return outcome === undefined ? bad('ended', ended, ENDED_RULE) : ok(outcome);
}

function outcomeIn(fields: Fields): Outcome | undefined {
  const { replacedBy } = fields;
  const end = endIn(fields);
  if (end === undefined || replacedBy === undefined) return end;
  return matches(replacedBy, OUT_TRADE_NO.v2.form) ? { ...end, replacedBy } : undefined;
}

function endIn(end: Fields): Outcome | undefined {
  const { ended } = end;
  switch (ended) {
    case 'paid': {
      const { refunded } = end;
      const toldBy = oneOf(['notification', 'query'], end['toldBy']);
      const payment = paymentIn(end);
      if (typeof refunded !== 'boolean' || toldBy === undefined || payment === undefined) return undefined;
      return { ended, refunded, toldBy, ...payment };
    }
    case 'closed': {
      const closeSent = oneOf(['no', 'maybe', 'yes'], end['closeSent']);
      return closeSent && { ended, closeSent };
    }
    case 'resolved': {
      const { note, by, said } = end;
      const as = oneOf(['paid', 'closed', 'never-existed'], end['as']);
      if (
        !as ||
        !isVisibleText(note, NOTE_LENGTH) ||
        !isVisibleText(by, BY_LENGTH) ||
        !isVisibleText(said, SAID_LENGTH)
      )
        return undefined;
      return { ended, as, note, by, said };
    }
    case 'never-existed':
    case 'released':
      return { ended };
    default:
      return undefined;
  }
}

function oneOf<const T extends string>(all: readonly T[], value: unknown): T | undefined {
  return all.find((each) => each === value);
}

const REQUEST_RULES = {
  object: 'must be an object',
  as: 'must be one of refunded, reopened',
  note: `must say which refund or which order, in 1 to ${NOTE_LENGTH} characters`,
  by: `must say who did it, in 1 to ${BY_LENGTH} characters`,
  transactionIds:
    'must name every reported payment, as a list of texts: look at those that came meanwhile, and copy the JSON from the page of the late payment',
  notResting: 'is taken only while the late payment rests between two questions to WeChat Pay',
} as const;

/** A longer list names payments that were never reported. */
const MAX_NAMED = 100;

const MAX_NUMBERS_LENGTH = 1_000;

const RECORDED_AS = ['refunded', 'reopened'] as const;

/** Checks what a person says was done about a late payment. */
export function checkRecord(request: unknown, state: LateState): Checked<LateRecord> {
  if (!isRecord(request)) return bad('request', request, REQUEST_RULES.object);
  const { as, note, by, transactionIds } = request;
  const faults = unknownFields(request, ['as', 'note', 'by', 'transactionIds']);
  const recordedAs = RECORDED_AS.find((each) => each === as);
  if (recordedAs === undefined) faults.push(fault('as', as, REQUEST_RULES.as));
  if (!isVisibleText(note, NOTE_LENGTH)) faults.push(fault('note', note, REQUEST_RULES.note));
  if (!isVisibleText(by, BY_LENGTH)) faults.push(fault('by', by, REQUEST_RULES.by));
  if (!namesAll(transactionIds, state)) {
    faults.push(
      fault(
        'transactionIds',
        transactionIds,
        `${REQUEST_RULES.transactionIds} (${numbersIn(state) || 'none has a number: []'})`,
      ),
    );
  }
  if (faults.length > 0 || recordedAs === undefined) return { ok: false, faults };
  return ok({ as: recordedAs, note: note as string, by: by as string });
}

/** The numbers, cut to what fits into a message. */
function numbersIn(state: LateState): string {
  const all = transactionIdsOf(state).join(', ');
  return all.length > MAX_NUMBERS_LENGTH ? `${all.slice(0, MAX_NUMBERS_LENGTH)}…` : all;
}

/** Whether a request names every payment. One that was reported while the person wrote must not count as done. */
function namesAll(transactionIds: unknown, state: LateState): boolean {
  if (!Array.isArray(transactionIds) || transactionIds.length > MAX_NAMED) return false;
  if (transactionIds.some((id) => typeof id !== 'string')) return false;
  return transactionIdsOf(state).every((id) => transactionIds.includes(id));
}

/** Whether there is something to retry: the late payment pauses, or a person is asked. */
export function checkLateRetry({ phase }: LateState): Checked<null> {
  const isResting = phase === 'unsettled' || phase === 'needsAttention';
  return isResting ? ok(null) : bad('request', undefined, REQUEST_RULES.notResting);
}
