import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../../domain/orders/input.js';
import { checkCloseRequest } from '../../../domain/orders/requests.js';
import { describeFaults } from '../../../domain/validation.js';
import { DEFAULT_ORDER_TIMING, type OrderInput } from '../../../domain/orders/order.js';
import { LONG_PAST_IN_WORKFLOW } from '../../../domain/timing.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { after, ORDER, START } from '../../support/orders.js';

const GOOD: OrderInput = {
  api: 'v3-global',
  mchid: '1900000109',
  outTradeNo: '1217752501201407033233368018',
  amount: { total: 888, currency: 'HKD' },
  payWithin: '15m',
};

function faultsOf(input: unknown): string[] {
  const result = checkOrder(input, START);
  return result.ok ? [] : result.faults.map(({ field }) => field);
}

describe('the input of an order', () => {
  it('is completed with its defaults', () => {
    expect(checkOrder(GOOD, START)).toEqual({
      ok: true,
      value: {
        ref: { api: 'v3-global', mchid: '1900000109', outTradeNo: '1217752501201407033233368018' },
        amount: { total: 888, currency: 'HKD' },
        createdAt: START,
        payBefore: START + 15 * MINUTE,
        floor: START + 5 * MINUTE + 30 * SECOND,
        locale: 'en',
        timing: DEFAULT_ORDER_TIMING,
      },
    });
  });

  it.each([
    ['en', 'en'],
    ['en-US', 'en'],
    ['en_GB', 'en'],
    ['zh-CN', 'zh'],
    ['zh-Hans', 'zh'],
    ['zh-Hant-HK', 'zh'],
    ['ZH-cn', 'zh'],
    ['both', 'both'],
  ] as const)('takes the language tag %s as %s', (locale, readIn) => {
    expect(checkOrder({ ...GOOD, locale }, START)).toMatchObject({ ok: true, value: { locale: readIn } });
  });

  it.each(['fr', 'fr-CA', 'english', 'zhCN', 'zh-', 'both-CN', '-zh', 'zh-CN-', `zh-${'a'.repeat(40)}`, '', null, 1])(
    'does not take %j for a language',
    (locale) => expect(faultsOf({ ...GOOD, locale })).toEqual(['locale']),
  );

  it('counts the deadline from createdAt, and the floor from the start', () => {
    const createdAt = new Date(START - 10 * MINUTE).toISOString();
    const result = checkOrder({ ...GOOD, createdAt }, START);
    expect(result).toMatchObject({ value: { payBefore: START + 5 * MINUTE, floor: START + 5.5 * MINUTE } });
  });

  it('moves the floor back for a caller who vouches for createdAt', () => {
    const createdAt = new Date(START - 10 * MINUTE).toISOString();
    const result = checkOrder({ ...GOOD, createdAt, trustCreatedAt: true }, START);
    expect(result).toMatchObject({ value: { floor: START - 4.5 * MINUTE } });
  });

  it('never moves the floor back for a createdAt in the future', () => {
    const createdAt = new Date(START + MINUTE).toISOString();
    expect(checkOrder({ ...GOOD, createdAt }, START)).toMatchObject({ value: { floor: START + 6.5 * MINUTE } });
  });

  it('takes an amount that is unknown on purpose', () => {
    const { amount: _, ...rest } = GOOD as OrderInput & { amount: unknown };
    expect(checkOrder({ ...rest, amountUnknown: true }, START)).toMatchObject({ value: { amount: null } });
  });

  it.each<[string, object, string]>([
    ['another api', { api: 'v4' }, 'api'],
    ['a merchant number with letters', { mchid: '19000a' }, 'mchid'],
    ['a merchant number that is no text', { mchid: 1900000109 }, 'mchid'],
    ['an order number of 33', { outTradeNo: 'x'.repeat(33) }, 'outTradeNo'],
    ['an order number with a slash', { outTradeNo: 'a/b' }, 'outTradeNo'],
    ['an order number that ends in a line break', { outTradeNo: 'ab\n' }, 'outTradeNo'],
    ['a date without a time', { createdAt: '2026-03-02' }, 'createdAt'],
    ['an instant without an offset', { createdAt: '2026-03-02T12:00:00' }, 'createdAt'],
    ['a word for a truth', { trustCreatedAt: 'yes', createdAt: '2026-03-02T12:00:00Z' }, 'trustCreatedAt'],
    ['trust in nothing', { trustCreatedAt: true }, 'trustCreatedAt'],
    ['a duration of its own making', { payWithin: '15 minutes' }, 'payWithin'],
    ['a negative duration', { payWithin: -1 }, 'payWithin'],
    ['more than a week', { payWithin: 7 * DAY + 1 }, 'payWithin'],
    ['two deadlines', { payBefore: '2026-03-02T13:00:00Z' }, 'payBefore, payWithin'],
    ['half a cent', { amount: { total: 0.5, currency: 'HKD' } }, 'amount.total'],
    ['nothing to pay', { amount: { total: 0, currency: 'HKD' } }, 'amount.total'],
    ['a small currency', { amount: { total: 1, currency: 'hkd' } }, 'amount.currency'],
    ['an amount that is known and unknown', { amountUnknown: true }, 'amount, amountUnknown'],
    ['a field that nobody knows', { payUntil: '15m' }, 'payUntil'],
  ])('is refused with %s', (_, change, field) => {
    expect(faultsOf({ ...GOOD, ...change })).toEqual([field]);
  });

  it('is refused with every fault at once, each with its value and rule', () => {
    const result = checkOrder({ api: 'v3-global', mchid: 'x', outTradeNo: '', amount: {} }, START);
    if (result.ok) throw new Error('it was taken');
    expect(result.faults.map(({ field }) => field)).toEqual([
      'mchid',
      'outTradeNo',
      'payBefore, payWithin',
      'amount.total',
      'amount.currency',
    ]);
    expect(describeFaults(result.faults)).toContain(
      'mchid must be the merchant number, 1 to 32 digits in quotes (got "x")',
    );
  });

  it('may be paid for a week from createdAt, and an hour more if that is the start, since two clocks may differ', () => {
    const { payWithin: _, ...rest } = GOOD as OrderInput & { payWithin: unknown };
    const until = (at: number, createdAt?: number) =>
      faultsOf({
        ...rest,
        payBefore: new Date(at).toISOString(),
        ...(createdAt !== undefined && { createdAt: new Date(createdAt).toISOString() }),
      });
    expect(until(START + 7 * DAY + HOUR)).toEqual([]);
    expect(until(START + 7 * DAY + HOUR + 1)).toEqual(['payBefore']);
    expect(until(START + 7 * DAY, START)).toEqual([]);
    expect(until(START + 7 * DAY + 1, START)).toEqual(['payBefore']);
  });

  it.each<[unknown, string]>([
    [15, "15 means 15 milliseconds: did you mean '15m' or '15s'? (got 15)"],
    [900, "900 means 900 milliseconds: did you mean '900m' or '900s'? (got 900)"],
    [59_999, 'did you mean'],
    [0, 'must be 1 minute to 7 days, and is shorter (got 0)'],
    ['59s', 'must be 1 minute to 7 days, and is shorter (got "59s")'],
    [new Date(START), 'got a Date, which is an instant and no length of time'],
    ['900', 'whole numbers with the units ms, s, m, h and d'],
    ['9'.repeat(1_000_000), 'whole numbers with the units'],
    [`${'1m'.repeat(1_000_000)}x`, 'whole numbers with the units'],
  ])(
    'is refused with less than a minute to pay, or no length of time, and says the likely slip: %s',
    (payWithin, rule) => {
      const vouched = { createdAt: new Date(START - HOUR).toISOString(), trustCreatedAt: true };
      for (const given of [{}, vouched]) {
        const result = checkOrder({ ...GOOD, ...given, payWithin }, START);
        if (result.ok) throw new Error('it was taken');
        expect(result.faults.map(({ field }) => field)).toEqual(['payWithin']);
        expect(describeFaults(result.faults)).toContain(rule);
      }
      expect(faultsOf({ ...GOOD, payWithin: MINUTE })).toEqual([]);
    },
  );

  const { payWithin: _, ...UNTIL } = GOOD as OrderInput & { payWithin: unknown };
  const at = (instant: number) => new Date(instant).toISOString();

  it('may have a deadline that has just passed, and is refused with one that has long passed', () => {
    expect(faultsOf({ ...UNTIL, payBefore: at(START - HOUR) })).toEqual([]);
    expect(faultsOf({ ...UNTIL, payBefore: at(START - HOUR - 1) })).toEqual(['payBefore']);
    expect(faultsOf({ ...GOOD, createdAt: at(START - HOUR - 16 * MINUTE) })).toEqual(['createdAt']);
  });

  it('may have one that has long passed if the caller vouches for createdAt', () => {
    const vouched = { createdAt: at(START - DAY), trustCreatedAt: true };
    expect(faultsOf({ ...UNTIL, ...vouched, payBefore: at(START - 23 * HOUR) })).toEqual([]);
    expect(faultsOf({ ...GOOD, ...vouched })).toEqual([]);
  });

  it('is not refused by a workflow for a deadline that a client took by its own clock', () => {
    const late = { ...UNTIL, payBefore: at(START - HOUR - MINUTE) };
    expect(checkOrder(late, START, LONG_PAST_IN_WORKFLOW).ok).toBe(true);
    expect(checkOrder({ ...late, payBefore: at(START - 2 * HOUR - 1) }, START, LONG_PAST_IN_WORKFLOW).ok).toBe(false);
  });

  it.each<[string, object, string]>([
    ['an offset', { payBefore: at(START - 8 * HOUR) }, 'it is 8 h ago: is its offset right (Beijing time is +08:00'],
    ['a unit', { payBefore: at(START / 1_000) }, 'it is before 2013: were seconds taken for milliseconds?'],
    ['a unit of createdAt', { createdAt: at(START / 1_000), payBefore: at(START) }, 'were seconds taken'],
    [
      'a unit of a createdAt that is vouched for',
      { createdAt: at(START / 1_000), trustCreatedAt: true, payBefore: at(START / 1_000 + HOUR) },
      'were seconds taken',
    ],
    ['a Date', { payBefore: new Date(START) }, '(got a Date; use .toISOString())'],
  ])('is refused, and told the likely slip of %s', (_, changes, text) => {
    const result = checkOrder({ ...UNTIL, ...changes }, START);
    expect(result.ok ? '' : describeFaults(result.faults)).toContain(text);
  });

  it('names the likely mistake in a length of time', () => {
    const result = checkOrder({ ...GOOD, timing: { patience: 24, pauses: { unclear: { first: 5 } } } }, START);
    const text = result.ok ? '' : describeFaults(result.faults);
    expect(text).toContain("24 means 24 milliseconds: did you mean '24m' or '24s'?");
    expect(text).toContain("5 means 5 milliseconds: did you mean '5m' or '5s'?");
  });

  it('is refused, and no error thrown, with values that JSON cannot hold', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const result = checkOrder(
      { ...GOOD, amount: { total: 888n, currency: [888n] }, mchid: circular, timing: { patience: 1n } },
      START,
    );
    if (result.ok) throw new Error('it was taken');
    const values = Object.fromEntries(result.faults.map(({ field, value }) => [field, value]));
    expect(values).toEqual({
      mchid: expect.stringMatching(/^\{"self":\{"self":.*…$/),
      'amount.total': '888n',
      'amount.currency': '[888n]',
      'timing.patience': '1n',
    });
  });

  it.each([[undefined], [null], ['order'], [[]]])('is refused if it is no object: %j', (input) => {
    expect(faultsOf(input)).toEqual(['order']);
  });
});

describe('a request to close', () => {
  it.each([[undefined], [null], [{}]])('may say nothing: %j', (request) => {
    expect(checkCloseRequest(request, after().state)).toEqual({ ok: true, value: {} });
  });

  it('may say under which number the order was placed anew', () => {
    expect(checkCloseRequest({ replacedBy: 'anew' }, after().state)).toEqual({
      ok: true,
      value: { replacedBy: 'anew' },
    });
  });

  it.each([
    [{ replacedBy: ORDER.ref.outTradeNo }],
    [{ replacedBy: 'a/b' }],
    [{ replacedBy: 7 }],
    [{ when: 'now' }],
    ['now'],
  ])('is refused: %j', (request) => {
    expect(checkCloseRequest(request, after().state).ok).toBe(false);
  });
});
