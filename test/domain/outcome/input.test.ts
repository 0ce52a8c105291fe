import { describe, expect, it } from 'vitest';
import {
  checkDeliveryInput,
  checkDeliveryRetry,
  checkGiveUp,
  checkUndelivered,
} from '../../../domain/outcome/input.js';
import { EVENT_TYPES } from '../../../domain/outcome/event.js';
import { outcomeWorkflowId } from '../../../domain/outcome/state.js';
import { MINUTE } from '../../../domain/time.js';
import type { Checked } from '../../../domain/validation.js';
import { after, begun, event, GONE, gaveUp, TELLER, tried, undelivered } from '../../support/deliveries.js';
import { START } from '../../support/orders.js';

const faultsOf = (checked: Checked<unknown>): string[] => (checked.ok ? [] : checked.faults.map(({ field }) => field));

const NOW = START + MINUTE;
const { state } = begun(0);

describe('the input of a delivery', () => {
  const input = { workflowId: TELLER, mchid: '1900000109', locale: 'zh' };

  it('is taken, with its default', () => {
    expect(checkDeliveryInput(input)).toEqual({ ok: true, value: input });
    const { locale: _, ...rest } = input;
    expect(checkDeliveryInput(rest)).toEqual({ ok: true, value: { ...input, locale: 'en' } });
  });

  it.each([
    'order/1900000109/SHOP-1',
    'order/1900000109/1900000222/SHOP_|*@-1',
    `order/${'1'.repeat(32)}/${'2'.repeat(32)}/${'x'.repeat(32)}`,
    'payscore/1900000109/RENTAL-1',
    'late/order/1900000109/SHOP-1',
  ])('takes the id of every workflow that tells: %s', (workflowId) => {
    expect(checkDeliveryInput({ ...input, workflowId }).ok).toBe(true);
  });

  it.each<[object, string]>([
    [{ workflowId: undefined }, 'workflowId'],
    [{ workflowId: 1 }, 'workflowId'],
    [{ workflowId: 'SHOP-1' }, 'workflowId'],
    [{ workflowId: 'order/' }, 'workflowId'],
    [{ workflowId: 'late/late/order/1900000109/SHOP-1' }, 'workflowId'],
    [{ workflowId: outcomeWorkflowId(TELLER) }, 'workflowId'],
    [{ workflowId: `${TELLER}\n` }, 'workflowId'],
    [{ workflowId: `${TELLER} <b>` }, 'workflowId'],
    [{ workflowId: `order/${'x'.repeat(121)}` }, 'workflowId'],
    [{ mchid: undefined }, 'mchid'],
    [{ mchid: 'x' }, 'mchid'],
    [{ mchid: 1900000109 }, 'mchid'],
    [{ locale: 'fr' }, 'locale'],
    [{ secret: 'whsec_' }, 'secret'],
  ])('is refused: %j', (changes, field) => {
    expect(faultsOf(checkDeliveryInput({ ...input, ...changes }))).toEqual([field]);
  });

  it('is refused with every fault', () => {
    expect(faultsOf(checkDeliveryInput(undefined))).toEqual(['delivery']);
    expect(faultsOf(checkDeliveryInput({ locale: 'fr', url: 'x' }))).toEqual(['url', 'workflowId', 'mchid', 'locale']);
  });
});

describe('an event that comes as a signal', () => {
  const KEY = '0123456789ab';
  const added = undelivered(0, KEY);

  /** `data` whose JSON has so many characters. */
  const dataOf = (length: number): object => ({ note: 'x'.repeat(length - '{"note":""}'.length) });

  it('is taken as it came', () => {
    expect(checkUndelivered(added, state)).toEqual({ ok: true, value: added });
    expect(checkUndelivered(undelivered(1), state).ok).toBe(true);
  });

  it.each(Object.keys(EVENT_TYPES))('is taken of every type: %s', (type) => {
    expect(checkUndelivered({ ...added, event: { ...event(0), type } }, state).ok).toBe(true);
  });

  it.each<[string, object]>([
    ['as many URLs as there can be', { ...added, delivered: Array.from({ length: 20 }, () => KEY) }],
    [
      'a type that this version does not know, as a newer worker hands it over',
      { ...added, event: { ...event(0), type: 'order.refunded', more: 1 } },
    ],
    ['as much data as there can be', { ...added, event: { ...event(0), data: dataOf(9_000) } }],
  ])('is taken with %s', (_, changed) => {
    expect(checkUndelivered(changed, state).ok).toBe(true);
  });

  it.each<[unknown]>([
    [undefined],
    ['evt_1'],
    [[added]],
    [{ ...added, event: undefined }],
    [{ ...added, event: 'order.paid' }],
    [{ ...added, delivered: undefined }],
    [{ ...added, delivered: KEY }],
    [{ ...added, delivered: [1] }],
    [{ ...added, delivered: ['https://shop.example'] }],
    [{ ...added, delivered: [`${KEY}c`] }],
    [{ ...added, delivered: Array.from({ length: 21 }, () => KEY) }],
  ])('is refused, so that it cannot stop the workflow: %j', (changed) => {
    expect(faultsOf(checkUndelivered(changed, state))).toEqual(['event']);
  });

  it.each<[object]>([
    [{ id: undefined }],
    [{ id: 'evt_1' }],
    [{ id: `evt_${'A'.repeat(32)}` }],
    [{ id: `evt_${'0'.repeat(33)}` }],
    [{ type: undefined }],
    [{ type: 'lost' }],
    [{ type: '![x](y).paid' }],
    [{ type: 'toString' }],
    [{ type: ['order.closed'] }],
    [{ sequence: undefined }],
    [{ sequence: '1' }],
    [{ sequence: 1.5 }],
    [{ sequence: 2 ** 53 }],
    [{ occurredAt: undefined }],
    [{ occurredAt: START }],
    [{ occurredAt: 'yesterday' }],
    [{ occurredAt: '2026-01-31T09:00:00Z **paid**' }],
    [{ workflowId: undefined }],
    [{ workflowId: 'order/1900000109/OTHER' }],
    [{ data: undefined }],
    [{ data: 'paid' }],
    [{ data: [] }],
    [{ data: dataOf(16_001) }],
  ])('is refused with another field, or another form of one: %j', (changes) => {
    expect(faultsOf(checkUndelivered({ ...added, event: { ...event(0), ...changes } }, state))).toEqual(['event']);
  });
});

describe('what a person says who gives up', () => {
  const said = { note: 'they know', by: 'Mei' };
  const ids = [event(0).id, event(1).id];
  const { state: two } = begun(0, 1);

  it('is taken', () => {
    expect(checkGiveUp({ ...said, ids }, two)).toEqual({ ok: true, value: said });
    expect(checkGiveUp({ note: '字'.repeat(500), by: '😀'.repeat(100), ids }, two).ok).toBe(true);
  });

  it.each<[object, string]>([
    [{ note: undefined }, 'note'],
    [{ note: ' ' }, 'note'],
    [{ note: 'x'.repeat(501) }, 'note'],
    [{ by: undefined }, 'by'],
    [{ by: '\u3164' }, 'by'],
    [{ by: 'x'.repeat(101) }, 'by'],
    [{ force: true }, 'force'],
    // An event that came while the person wrote is not given up unseen.
    [{ ids: [event(0).id] }, 'ids'],
    [{ ids: undefined }, 'ids'],
    [{ ids: event(0).id + event(1).id }, 'ids'],
    [{ ids: Array.from({ length: 101 }, (_, n) => event(n).id) }, 'ids'],
  ])('is refused: %j', (changes, field) => {
    expect(faultsOf(checkGiveUp({ ...said, ids, ...changes }, two))).toEqual([field]);
  });

  it('is an object, and is refused with every fault', () => {
    expect(faultsOf(checkGiveUp('they know', two))).toEqual(['request']);
    expect(faultsOf(checkGiveUp({}, two))).toEqual(['note', 'by', 'ids']);
  });
});

it('a retry is accepted between two tries, and not during a try or after the end', () => {
  const failed = after(begun(0), NOW, tried(state, [undelivered(0)]));
  const gone = after(begun(0), NOW, tried(state, [undelivered(0)], GONE));
  for (const each of [failed, gone]) expect(checkDeliveryRetry(each.state)).toEqual({ ok: true, value: null });
  for (const each of [begun(0), after(failed, NOW, gaveUp)])
    expect(faultsOf(checkDeliveryRetry(each.state))).toEqual(['request']);
});
