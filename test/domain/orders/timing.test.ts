import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../../domain/orders/input.js';
import type { Checked } from '../../../domain/validation.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { DEFAULT_ORDER_TIMING, type OrderTiming } from '../../../domain/orders/order.js';
import { START } from '../../support/orders.js';

const REST = { api: 'v3-global', mchid: '1900000109', outTradeNo: 'A', amountUnknown: true, payWithin: '15m' };

/** As the start of an order takes it. */
function checkTiming(timing: unknown): Checked<OrderTiming> {
  const checked = checkOrder({ ...REST, timing }, START);
  return checked.ok ? { ok: true, value: checked.value.timing } : checked;
}

function faultsOf(timing: unknown): string[] {
  const checked = checkTiming(timing);
  return checked.ok ? [] : checked.faults.map(({ field }) => field);
}

describe('the timing of an order', () => {
  it.each([[undefined], [{}], [{ pauses: {} }], [{ pauses: { unclear: {} } }]])(
    'is the default if nothing is changed: %j',
    (timing) => {
      expect(checkTiming(timing)).toEqual({ ok: true, value: DEFAULT_ORDER_TIMING });
    },
  );

  it('keeps its defaults beside what is changed', () => {
    const changed = { patience: '2h', pauses: { unclear: { first: 2_000, max: '1m' } } };
    expect(checkTiming(changed)).toEqual({
      ok: true,
      value: {
        ...DEFAULT_ORDER_TIMING,
        patience: 2 * HOUR,
        pauses: { ...DEFAULT_ORDER_TIMING.pauses, unclear: { first: 2 * SECOND, max: MINUTE } },
      },
    });
  });

  it.each([
    ['payingTooLong', MINUTE, DAY],
    ['closeSettlesWithin', SECOND, HOUR],
    ['paymentLife', 5 * MINUTE, 7 * DAY],
    ['patience', MINUTE, 7 * DAY],
    ['checkInterval', SECOND, HOUR],
  ])('has bounds for %s', (name, min, max) => {
    for (const length of [min, max]) {
      expect(checkTiming({ [name]: length })).toMatchObject({ ok: true, value: { [name]: length } });
    }
    for (const length of [min - 1, max + 1]) expect(faultsOf({ [name]: length })).toEqual([`timing.${name}`]);
  });

  it.each(['first', 'max'])('has bounds for the %s length of a pause: no loop turns faster than a second', (name) => {
    const pause = (length: number) => ({ pauses: { userIsPaying: { first: SECOND, max: DAY, [name]: length } } });
    expect(faultsOf(pause(SECOND))).toEqual([]);
    expect(faultsOf(pause(DAY))).toEqual([]);
    expect(faultsOf(pause(SECOND - 1))).toContain(`timing.pauses.userIsPaying.${name}`);
    expect(faultsOf(pause(DAY + 1))).toContain(`timing.pauses.userIsPaying.${name}`);
  });

  it.each([
    ['grows to its default where only its first length is named', { first: '2s' }, { first: 2 * SECOND, max: MINUTE }],
    ['does not grow where it begins longer than that', { first: '5m' }, { first: 5 * MINUTE, max: 5 * MINUTE }],
    ['begins as by default where only its longest is named', { max: '20s' }, { first: 5 * SECOND, max: 20 * SECOND }],
  ])('has a pause that %s', (_, pause, whole) => {
    expect(checkTiming({ pauses: { userIsPaying: pause } })).toMatchObject({
      value: { pauses: { userIsPaying: whole } },
    });
  });

  it('is refused with a pause that is to shrink', () => {
    const shrinks = { pauses: { hint: { first: '20s', max: '10s' }, userIsPaying: { max: '4s' } } };
    expect(faultsOf(shrinks)).toEqual(['timing.pauses.userIsPaying.max', 'timing.pauses.hint.max']);
  });

  it.each<[string, unknown, string[]]>([
    ['no object', 'fast', ['timing']],
    ['null', null, ['timing']],
    ['a list', [], ['timing']],
    ['no duration', { patience: 'a day' }, ['timing.patience']],
    ['null for a duration', { patience: null }, ['timing.patience']],
    ['pauses that are no object', { pauses: 3 }, ['timing.pauses']],
    ['a pause that is only a length', { pauses: { hint: '10s' } }, ['timing.pauses.hint']],
    ['a length that is unknown', { floor: '1m' }, ['timing.floor']],
    ['a pause that is unknown', { pauses: { floor: { first: '1s' } } }, ['timing.pauses.floor']],
    ['a part of a pause that is unknown', { pauses: { hint: { last: '1s' } } }, ['timing.pauses.hint.last']],
  ])('is refused with %s, and the fault names the path of the field', (_, timing, fields) => {
    expect(faultsOf(timing)).toEqual(fields);
  });

  it('is refused with every fault at once, its value and its bounds', () => {
    const checked = checkTiming({ patience: '1s', checkInterval: 0, x: 1, pauses: { hint: { first: '0s', y: 2 } } });
    if (checked.ok) throw new Error('it was taken');
    expect(checked.faults.map(({ field }) => field).sort()).toEqual([
      'timing.checkInterval',
      'timing.patience',
      'timing.pauses.hint.first',
      'timing.pauses.hint.y',
      'timing.x',
    ]);
    expect(checked.faults).toContainEqual({
      field: 'timing.patience',
      value: '"1s"',
      rule: 'must be 1 minute to 7 days, and is shorter',
    });
  });
});
