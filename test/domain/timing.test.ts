import { describe, expect, it } from 'vitest';
import { checkLateInput } from '../../domain/late/input.js';
import { DEFAULT_LATE_TIMING } from '../../domain/late/state.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { DEFAULT_SERVICE_ORDER_TIMING } from '../../domain/payscore/order.js';
import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../../domain/time.js';
import type { Checked } from '../../domain/validation.js';
import { PAUSES } from '../../domain/waiting.js';
import { CLOSED, LATE_ORDER, NOTIFICATION } from '../support/late-payments.js';
import { NOON, SERVICE_ORDER } from '../support/service-orders.js';

const LATE = { order: LATE_ORDER.ref, amount: LATE_ORDER.amount, ended: CLOSED, notification: NOTIFICATION };

/** The flows besides orders: how their start takes a timing, and the bounds of each length. */
const FLOWS = {
  'a service order': {
    defaults: DEFAULT_SERVICE_ORDER_TIMING,
    check: (timing: unknown) => timingOf(checkServiceOrder({ ...SERVICE_ORDER, timing }, NOON)),
    lengths: { patience: [MINUTE, 7 * DAY], cancelSettlesWithin: [SECOND, HOUR] },
    ofOthers: ['closeSettlesWithin', 'paymentLife', 'checkInterval', 'payingTooLong'],
  },
  'a late payment': {
    defaults: DEFAULT_LATE_TIMING,
    check: (timing: unknown) => timingOf(checkLateInput({ ...LATE, timing })),
    lengths: { patience: [MINUTE, 7 * DAY] },
    ofOthers: ['closeSettlesWithin', 'cancelSettlesWithin', 'paymentLife', 'checkInterval', 'payingTooLong'],
  },
} as const;

function timingOf<Timing>(checked: Checked<{ readonly timing: Timing }>): Checked<Timing> {
  return checked.ok ? { ok: true, value: checked.value.timing } : checked;
}

const faultsOf = (checked: Checked<unknown>): string[] => (checked.ok ? [] : checked.faults.map(({ field }) => field));

describe.each(Object.entries(FLOWS))('the timing of %s', (_, { defaults, check, lengths, ofOthers }) => {
  it('is the default if nothing is changed', () => {
    for (const timing of [undefined, {}, { pauses: {} }, { pauses: { unclear: {} } }]) {
      expect(check(timing)).toEqual({ ok: true, value: defaults });
    }
  });

  it('keeps its defaults beside what is changed', () => {
    expect(check({ patience: '2h', pauses: { unclear: { first: '2s', max: '1m' } } })).toEqual({
      ok: true,
      value: {
        ...defaults,
        patience: 2 * HOUR,
        pauses: { ...defaults.pauses, unclear: { first: 2 * SECOND, max: MINUTE } },
      },
    });
  });

  it.each(Object.entries<readonly [Milliseconds, Milliseconds]>(lengths))('has bounds for %s', (name, [min, max]) => {
    for (const length of [min, max]) {
      expect(check({ [name]: length })).toMatchObject({ ok: true, value: { [name]: length } });
    }
    for (const length of [min - 1, max + 1]) expect(faultsOf(check({ [name]: length }))).toEqual([`timing.${name}`]);
  });

  it.each(Object.keys(PAUSES))('has every pause: %s', (name) => {
    const pause = { first: SECOND, max: 2 * SECOND };
    expect(check({ pauses: { [name]: pause } })).toMatchObject({ ok: true, value: { pauses: { [name]: pause } } });
    expect(faultsOf(check({ pauses: { [name]: { first: SECOND - 1 } } }))).toEqual([`timing.pauses.${name}.first`]);
    expect(faultsOf(check({ pauses: { [name]: { max: DAY + 1 } } }))).toEqual([`timing.pauses.${name}.max`]);
  });

  it.each(ofOthers)('has no length of another flow: %s', (name) => {
    expect(faultsOf(check({ [name]: MINUTE }))).toEqual([`timing.${name}`]);
  });

  it('is refused with every fault, each with its path in the input', () => {
    const faults = faultsOf(check({ patience: '1s', pauses: { hint: { last: 1 }, floor: {} } }));
    expect(faults.sort()).toEqual(['timing.patience', 'timing.pauses.floor', 'timing.pauses.hint.last']);
    expect(faultsOf(check('fast'))).toEqual(['timing']);
  });
});

describe('the pause after a cancel that a payment in progress refused', () => {
  it('is three minutes, as WeChat Pay wants it', () => {
    expect(DEFAULT_SERVICE_ORDER_TIMING.pauses.inProgress).toEqual({ first: 3 * MINUTE, max: 3 * MINUTE });
    expect(DEFAULT_LATE_TIMING.pauses.inProgress).toEqual({ first: MINUTE, max: MINUTE });
  });
});
