import { describe, expect, it } from 'vitest';
import { describeFaults } from '../../../domain/validation.js';
import { checkServiceOrder } from '../../../domain/payscore/input.js';
import {
  checkCancelRequest,
  checkFurtherRequest,
  checkNeedsAttention,
  checkResolution,
} from '../../../domain/payscore/requests.js';
import { DEFAULT_SERVICE_ORDER_TIMING, MAX_REQUESTS } from '../../../domain/payscore/order.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { after, cancelFailed, NOON, REQUEST, SERVICE_ORDER } from '../../support/service-orders.js';

const GOOD = { requestId: 'r-1', reason: '用户投诉' };

function faultsOf(result: { ok: true } | { ok: false; faults: { field: string }[] }): string[] {
  return result.ok ? [] : result.faults.map(({ field }) => field);
}

describe('the input of a service order', () => {
  it('needs no request', () => {
    const value = { order: SERVICE_ORDER, request: null, locale: 'en', timing: DEFAULT_SERVICE_ORDER_TIMING };
    expect(checkServiceOrder(SERVICE_ORDER, NOON)).toEqual({ ok: true, value });
  });

  it('is completed with the defaults of its request', () => {
    const request = { ...GOOD, dueAt: NOON, mayCancel: ['created'], giveUp: null };
    const value = { order: SERVICE_ORDER, request, locale: 'en', timing: DEFAULT_SERVICE_ORDER_TIMING };
    expect(checkServiceOrder({ ...SERVICE_ORDER, request: GOOD }, NOON)).toEqual({ ok: true, value });
  });

  it.each<[string, object, string]>([
    ['a merchant number with letters', { mchid: '19000a' }, 'mchid'],
    ['a merchant number that is no text', { mchid: 1230000109 }, 'mchid'],
    ['an order number of 33', { outOrderNo: 'x'.repeat(33) }, 'outOrderNo'],
    ['no order number', { outOrderNo: '' }, 'outOrderNo'],
    ['an order number with a slash', { outOrderNo: 'a/b' }, 'outOrderNo'],
    ['an order number that ends in a line break', { outOrderNo: 'ab\n' }, 'outOrderNo'],
    ['a service id with a dash', { serviceId: '5000-1' }, 'serviceId'],
    ['a service id of 33', { serviceId: '5'.repeat(33) }, 'serviceId'],
    ['an appid of another kind', { appid: 'ab2421b1c4370ec43b' }, 'appid'],
    ['an appid that is too long', { appid: `wx${'a'.repeat(17)}` }, 'appid'],
    ['a sub-merchant: direct merchants only', { subMchid: '1230000110' }, 'subMchid'],
    ['a request that is none', { request: 'now' }, 'request'],
    ['a request with a fault', { request: { ...GOOD, reason: '' } }, 'request.reason'],
  ])('is refused with %s', (_, change, field) => {
    expect(faultsOf(checkServiceOrder({ ...SERVICE_ORDER, ...change }, NOON))).toEqual([field]);
  });

  it('takes every character that an order number may have', () => {
    expect(faultsOf(checkServiceOrder({ ...SERVICE_ORDER, outOrderNo: 'aZ09_-|*' }, NOON))).toEqual([]);
  });

  it('is refused with every fault at once, each with its value and rule', () => {
    const request = { requestId: 'a b', reason: '', when: 'soon', mayCancel: [], giveUp: {}, now: true };
    const result = checkServiceOrder({ mchid: 'x', request }, NOON);
    if (result.ok) throw new Error('it was taken');
    expect(faultsOf(result).sort()).toEqual([
      'appid',
      'mchid',
      'outOrderNo',
      'request.giveUp',
      'request.now',
      'request.reason',
      'request.requestId',
      'request.when',
      'serviceId',
    ]);
    expect(describeFaults(result.faults)).toContain(
      'mchid must be the merchant number, 1 to 32 digits in quotes (got "x")',
    );
  });

  it.each([[undefined], [null], ['order'], [[]]])('is refused if it is no object: %j', (input) => {
    expect(faultsOf(checkServiceOrder(input, NOON))).toEqual(['order']);
  });
});

describe('the timing of a service order', () => {
  const timingOf = (timing: unknown) => checkServiceOrder({ ...SERVICE_ORDER, timing }, NOON);

  it('changes what it names, and no more', () => {
    const timing = { patience: '2h', cancelSettlesWithin: 60_000, pauses: { unclear: { first: '2s', max: '1m' } } };
    const { pauses } = DEFAULT_SERVICE_ORDER_TIMING;
    const value = {
      patience: 2 * HOUR,
      cancelSettlesWithin: MINUTE,
      pauses: { ...pauses, unclear: { first: 2 * SECOND, max: MINUTE } },
    };
    expect(timingOf(timing)).toMatchObject({ ok: true, value: { timing: value } });
    expect(timingOf({})).toMatchObject({ ok: true, value: { timing: DEFAULT_SERVICE_ORDER_TIMING } });
  });

  it('waits three minutes by default while the user is being charged', () => {
    expect(DEFAULT_SERVICE_ORDER_TIMING.pauses.inProgress).toEqual({ first: 3 * MINUTE, max: 3 * MINUTE });
    const timing = { pauses: { inProgress: { first: '10m' } } };
    const pauses = { inProgress: { first: 10 * MINUTE, max: 10 * MINUTE } };
    expect(timingOf(timing)).toMatchObject({ ok: true, value: { timing: { pauses } } });
  });

  it.each<[unknown, string]>([
    ['1h', 'timing'],
    [{ patience: '59s' }, 'timing.patience'],
    [{ patience: '8d' }, 'timing.patience'],
    [{ cancelSettlesWithin: 999 }, 'timing.cancelSettlesWithin'],
    [{ cancelSettlesWithin: '61m' }, 'timing.cancelSettlesWithin'],
    [{ closeSettlesWithin: '5m' }, 'timing.closeSettlesWithin'],
    [{ pauses: { unclear: { first: 500 } } }, 'timing.pauses.unclear.first'],
    [{ pauses: { unclear: { first: '10s', max: '5s' } } }, 'timing.pauses.unclear.max'],
    [{ pauses: { soon: { first: '1s' } } }, 'timing.pauses.soon'],
  ])('is refused: %j', (timing, field) => {
    expect(faultsOf(timingOf(timing))).toEqual([field]);
  });
});

describe('the reason', () => {
  it.each([
    ['one character', '退'],
    ['thirty characters, each of three bytes', '退'.repeat(30)],
    ['letters, digits, spaces and signs', 'No show 3, sorry!'],
    ['characters of two bytes', 'é'.repeat(30)],
    ['digits and signs that are part of an emoji elsewhere', '3# *1'],
    ['Chinese with its punctuation', '用户投诉：“未使用”，（3天）、退款！《协议》…—￥88'],
  ])('may be %s', (_, reason) => {
    expect(faultsOf(checkCancelRequest({ ...GOOD, reason }, NOON))).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['missing', undefined],
    ['a number', 30],
    ['thirty-one characters', '退'.repeat(31)],
    ['white space only', ' \u3000 '],
    ['nothing that can be seen', '\u200B\u2060'],
    ['with a line break', '用户\n投诉'],
    ['with a line separator', '用户\u2028投诉'],
    ['with a control character', '用户\u0000'],
    ['with a C1 control character', '用户\u0085'],
    ['with a lone high surrogate', '用户\uD83D'],
    ['with a lone low surrogate', '\uDE00用户'],
    ['with an emoji', '用户😀'],
    ['with an emoji of three bytes', '用户☺'],
    ['with an emoji that only a variation selector makes one', '用户❤\uFE0F'],
    ['with a variation selector', '用户3\uFE0F'],
    ['with a keycap', '3\u20E3'],
    ['with a sign that may be shown as an emoji', '用户™'],
    ['with text that a bidirectional override turns round', '用户\u202E投诉'],
    ['with a zero-width joiner', '用户\u200D投诉'],
    ['with a character of private use', '用户\uE000'],
    ['with what is no character', '用户\uFFFF'],
    ['with a character that is not assigned', '用户\u0378'],
    ['with fillers that show nothing', '\u3164\u3164'],
    ['with a rare Chinese character of four bytes', '𠮷野家'],
  ])('is refused: %s', (_, reason) => {
    expect(faultsOf(checkCancelRequest({ ...GOOD, reason }, NOON))).toEqual(['reason']);
  });
});

describe('a request to cancel', () => {
  it.each<[string, unknown, number]>([
    ['now', 'now', NOON],
    ['at an instant', { at: '2026-03-02T21:00:00+08:00' }, NOON + HOUR],
    ['at an instant that has passed', { at: '2026-03-02T11:00:00Z' }, NOON - HOUR],
    ['at the last instant', { at: new Date(NOON + 365 * DAY).toISOString() }, NOON + 365 * DAY],
    ['after a duration', { ifNotConfirmedWithin: '30m' }, NOON + 30 * MINUTE],
    ['at an instant of an hour ago', { at: new Date(NOON - HOUR).toISOString() }, NOON - HOUR],
    ['after seconds, which are said', { ifNotConfirmedWithin: '1s' }, NOON + 1_000],
    ['after milliseconds', { ifNotConfirmedWithin: 60_000 }, NOON + MINUTE],
    ['after the longest duration', { ifNotConfirmedWithin: '365d' }, NOON + 365 * DAY],
  ])('may be due %s', (_, when, dueAt) => {
    expect(checkCancelRequest({ ...GOOD, when }, NOON)).toMatchObject({ ok: true, value: { dueAt } });
  });

  it.each<[string, object, string]>([
    ['no id', { requestId: undefined }, 'requestId'],
    ['an id with a space', { requestId: 'a b' }, 'requestId'],
    ['an id of 65', { requestId: 'a'.repeat(65) }, 'requestId'],
    ['another time', { when: 'tomorrow' }, 'when'],
    ['no time', { when: {} }, 'when'],
    ['an unknown time', { when: { after: '30m' } }, 'when'],
    ['two times', { when: { at: '2026-03-02T12:00:00Z', ifNotConfirmedWithin: '30m' } }, 'when'],
    ['an instant without an offset', { when: { at: '2026-03-02T12:00:00' } }, 'when.at'],
    ['an instant in milliseconds', { when: { at: NOON } }, 'when.at'],
    ['an instant too far ahead', { when: { at: '2027-03-03T12:00:00Z' } }, 'when.at'],
    ['a duration of its own making', { when: { ifNotConfirmedWithin: '30 minutes' } }, 'when.ifNotConfirmedWithin'],
    ['a number of minutes', { when: { ifNotConfirmedWithin: 30 } }, 'when.ifNotConfirmedWithin'],
    ['a number of seconds', { when: { ifNotConfirmedWithin: 59_999 } }, 'when.ifNotConfirmedWithin'],
    ['no time to confirm', { when: { ifNotConfirmedWithin: '0s' } }, 'when.ifNotConfirmedWithin'],
    ['an instant of long ago', { when: { at: new Date(NOON - HOUR - 1).toISOString() } }, 'when.at'],
    ['a list of stages that is long', { mayCancel: Array.from({ length: 100_000 }, () => 'created') }, 'mayCancel'],
    ['a duration that is none', { when: { ifNotConfirmedWithin: true } }, 'when.ifNotConfirmedWithin'],
    ['a duration too long', { when: { ifNotConfirmedWithin: '366d' } }, 'when.ifNotConfirmedWithin'],
    ['no stage', { mayCancel: [] }, 'mayCancel'],
    ['a stage that cannot be named', { mayCancel: ['completed'] }, 'mayCancel'],
    ['a stage named twice', { mayCancel: ['created', 'created'] }, 'mayCancel'],
    ['a stage that is no list', { mayCancel: 'created' }, 'mayCancel'],
    ['a whole number for money', { giveUp: 100 }, 'giveUp'],
    ['a currency', { giveUp: { total: 100, currency: 'CNY' } }, 'giveUp'],
    ['half a fen', { giveUp: { total: 0.5 } }, 'giveUp.total'],
    ['nothing to give up', { giveUp: { total: 0 } }, 'giveUp.total'],
    ['a field that nobody knows', { mayCancle: ['created'] }, 'mayCancle'],
  ])('is refused with %s', (_, change, field) => {
    expect(faultsOf(checkCancelRequest({ ...GOOD, ...change }, NOON))).toEqual([field]);
  });

  it('names its stages, in whatever order', () => {
    const mayCancel = ['in-service', 'created'];
    const value = { mayCancel: ['created', 'in-service'] };
    expect(checkCancelRequest({ ...GOOD, mayCancel }, NOON)).toMatchObject({ ok: true, value });
  });

  it('may name no stage if an amount is given up', () => {
    const value = { mayCancel: [], giveUp: { total: 100 } };
    expect(checkCancelRequest({ ...GOOD, ...value }, NOON)).toMatchObject({ ok: true, value });
  });

  it.each([
    ['mayCancel', { mayCancel: ['created', 'in-service'] }],
    ['giveUp', { giveUp: { total: 100 } }],
  ])('that holds only if the user does not confirm cannot go further: %s', (field, change) => {
    const when = { ifNotConfirmedWithin: '30m' };
    expect(faultsOf(checkCancelRequest({ ...GOOD, when, ...change }, NOON))).toEqual([field]);
  });

  it('is refused if it is no object', () => {
    expect(faultsOf(checkCancelRequest('now', NOON))).toEqual(['request']);
  });
});

describe('a person’s resolution', () => {
  const word = { as: 'cancelled', note: 'told so by phone', by: 'ops' };

  it('is not forced by default', () => {
    expect(checkResolution(word)).toEqual({ ok: true, value: { ...word, force: false } });
    expect(checkResolution({ ...word, force: true })).toMatchObject({ value: { force: true } });
  });

  it('counts characters as people do', () => {
    expect(faultsOf(checkResolution({ ...word, note: '😀'.repeat(500), by: '😀'.repeat(100) }))).toEqual([]);
  });

  it.each<[object, string]>([
    [{ as: 'closed' }, 'as'],
    [{ note: '' }, 'note'],
    [{ note: '\u3164\u200B' }, 'note'],
    [{ note: 7 }, 'note'],
    [{ by: '\u2800' }, 'by'],
    [{ note: 'x'.repeat(501) }, 'note'],
    [{ by: ' ' }, 'by'],
    [{ by: 'x'.repeat(101) }, 'by'],
    [{ force: 'yes' }, 'force'],
    [{ when: 'now' }, 'when'],
  ])('is refused with %j', (change, field) => {
    expect(faultsOf(checkResolution({ ...word, ...change }))).toEqual([field]);
  });

  it('is refused if it is no object', () => {
    expect(faultsOf(checkResolution('cancelled'))).toEqual(['resolution']);
  });
});

describe('one more request to cancel', () => {
  const many = Array.from({ length: MAX_REQUESTS }, (_, index) => ({ ...REQUEST, requestId: `r-${index}` }));
  const state = { ...after(REQUEST).state, requests: many };

  it('is taken up to a number that a cancel can be handed, and after that only if it repeats one', () => {
    expect(checkFurtherRequest(GOOD, { ...state, requests: many.slice(1) }, NOON)).toMatchObject({ ok: true });
    expect(checkFurtherRequest({ ...GOOD, requestId: 'r-7' }, state, NOON)).toMatchObject({ ok: true });
    const refused = checkFurtherRequest({ ...GOOD, requestId: 'another' }, state, NOON);
    expect(faultsOf(refused)).toEqual(['request']);
    expect(faultsOf(checkFurtherRequest({}, state, NOON))).toEqual(['requestId', 'reason']);
  });
});

it('an instant that is long past gets the likely mistake named', () => {
  const when = { at: new Date(NOON - 8 * HOUR).toISOString() };
  const refused = checkCancelRequest({ ...GOOD, when }, NOON);
  expect(refused.ok ? '' : describeFaults(refused.faults)).toContain('it is 8 h ago: is its offset right');
  const minutes = checkCancelRequest({ ...GOOD, when: { ifNotConfirmedWithin: 30 } }, NOON);
  expect(minutes.ok ? '' : describeFaults(minutes.faults)).toContain("30 means 30 milliseconds: did you mean '30m'");
});

describe('an answer of a person', () => {
  it('is taken only while one is asked', () => {
    expect(checkNeedsAttention(after(REQUEST, [NOON, cancelFailed('fatal')]).state)).toEqual({ ok: true, value: null });
    for (const request of [null, REQUEST]) {
      expect(faultsOf(checkNeedsAttention(after(request).state))).toEqual(['request']);
    }
  });
});
