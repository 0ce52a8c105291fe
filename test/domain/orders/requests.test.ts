import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../../domain/orders/input.js';
import {
  checkCloseRequest,
  checkExtension,
  checkPlacementFailed,
  checkResolution,
  checkRetry,
} from '../../../domain/orders/requests.js';
import { orderWorkflowId } from '../../../domain/orders/order.js';
import { DAY, MINUTE } from '../../../domain/time.js';
import {
  after,
  closeAnswered,
  closeFailed,
  closeRequested,
  DEADLINE,
  extended,
  notification,
  placedAgain,
  placementFailed,
  START,
  toChecking,
  toClosing,
  toConfirming,
  toPaying,
  UNASKED,
  wrongNotification,
} from '../../support/orders.js';

const iso = (instant: number): string => new Date(instant).toISOString();
const rest = { mchid: '1900000109', amount: { total: 1, currency: 'CNY' }, payWithin: '15m' };

describe('the key of an order', () => {
  const accepted = (input: object) => checkOrder({ ...rest, ...input }, START);
  const faultsOf = (input: object): string[] => {
    const result = accepted(input);
    return result.ok ? [] : result.faults.map(({ field }) => field);
  };

  it.each([
    [{ api: 'v3-global', outTradeNo: 'a|b*c-d_e' }],
    [{ api: 'v3', outTradeNo: '123456' }],
    [{ api: 'v2', outTradeNo: 'a@b' }],
    [{ api: 'v3-global', transactionId: '4200752501201407033233368018' }],
    [{ api: 'v2', outTradeNo: 'A', subMchid: '1900000222', appid: 'wx8888888888888888', subAppid: 'wx1' }],
  ])('is taken: %j', (input) => {
    const result = accepted(input);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.value.ref).toEqual({ mchid: '1900000109', ...input });
  });

  it.each<[object, string]>([
    [{ api: 'v3', outTradeNo: '12345' }, 'outTradeNo'],
    [{ api: 'v3', outTradeNo: 'abc@def' }, 'outTradeNo'],
    [{ api: 'v3-global', outTradeNo: 'a@b' }, 'outTradeNo'],
    [{ api: 'v2', outTradeNo: 'a/b' }, 'outTradeNo'],
    [{ api: 'v2', transactionId: '42' }, 'transactionId'],
    [{ api: 'v3', transactionId: '42' }, 'transactionId'],
    [{ api: 'v3-global', transactionId: '4/2' }, 'transactionId'],
    [{ api: 'v3-global' }, 'outTradeNo, transactionId'],
    [{ api: 'v3-global', outTradeNo: 'A', transactionId: '42' }, 'outTradeNo, transactionId'],
    [{ api: 'v3', outTradeNo: '123456', subMchid: '1900000109' }, 'subMchid'],
    [{ api: 'v3', outTradeNo: '123456', subMchid: 'x' }, 'subMchid'],
    [{ api: 'v2', outTradeNo: 'A', appid: 'w x' }, 'appid'],
    [{ api: 'v2', outTradeNo: 'A', subAppid: 'wx1' }, 'subAppid'],
    [{ api: 'v3', outTradeNo: '123456', createdAt: iso(START + 61 * MINUTE) }, 'createdAt'],
  ])('is refused: %j', (input, field) => {
    expect(faultsOf(input)).toEqual([field]);
  });

  it('makes the workflow id, and no two orders have the same', () => {
    const mchid = '1';
    const ids = [
      orderWorkflowId({ mchid, outTradeNo: 'A' }),
      orderWorkflowId({ mchid, subMchid: '2', outTradeNo: 'A' }),
      orderWorkflowId({ mchid, transactionId: 'A' }),
      orderWorkflowId({ mchid, subMchid: '2', transactionId: 'A' }),
    ];
    expect(ids).toEqual(['order/1/A', 'order/1/2/A', 'order/1/id:A', 'order/1/2/id:A']);
  });
});

describe('a request to extend', () => {
  const later = iso(DEADLINE + MINUTE);

  it('is accepted again: a caller who got no answer asks again', () => {
    expect(checkExtension({ payBefore: iso(DEADLINE) }, after().state, START)).toEqual({
      ok: true,
      value: { payBefore: DEADLINE },
    });
  });

  it('is accepted if it is later', () => {
    expect(checkExtension({ payBefore: later }, after().state, START)).toEqual({
      ok: true,
      value: { payBefore: DEADLINE + MINUTE },
    });
  });

  it('is accepted during a close, and counts if nothing was sent', () => {
    expect(checkExtension({ payBefore: later }, after(...toClosing).state, START)).toMatchObject({ ok: true });
  });

  it('is accepted up to a week after creation, and moves the deadline to that instant', () => {
    const week = START + 7 * DAY;
    const { state } = after();
    expect(checkExtension({ payBefore: iso(week) }, state, START)).toMatchObject({ ok: true });
    expect(after([START, extended(week)]).state.order.payBefore).toBe(week);
  });

  it.each<[string, unknown, ReturnType<typeof after>, string]>([
    ['is no object', 'later', after(), 'request'],
    ['is sooner', { payBefore: iso(DEADLINE - MINUTE) }, after(), 'payBefore'],
    ['is no instant', { payBefore: 'tomorrow' }, after(), 'payBefore'],
    ['is more than a week after creation', { payBefore: iso(START + 7 * DAY + 1) }, after(), 'payBefore'],
    ['has a field that nobody knows', { payBefore: later, why: 'x' }, after(), 'why'],
    ['comes after a request to close', { payBefore: later }, after([START, closeRequested]), 'request'],
    ['comes after a close that may have been sent', { payBefore: later }, after(...toConfirming), 'request'],
    [
      'comes after a close that was refused',
      { payBefore: later },
      after(...toClosing, [DEADLINE, closeAnswered('tooOften')]),
      'request',
    ],
    ['comes after a claim of payment', { payBefore: later }, after([START, wrongNotification]), 'request'],
    ['comes after the end', { payBefore: later }, after([START, notification()]), 'request'],
  ])('is refused if it %s', (_, request, { state }, field) => {
    const result = checkExtension(request, state, START);
    expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
  });
});

it('a request to extend is refused if its instant is long past, though later than the deadline', () => {
  const { state } = after();
  const request = { payBefore: iso(DEADLINE + MINUTE) };
  expect(checkExtension(request, state, DEADLINE + 61 * MINUTE)).toMatchObject({ ok: true });
  const refused = checkExtension(request, state, DEADLINE + 9 * 60 * MINUTE);
  expect(refused).toMatchObject({ ok: false, faults: [{ field: 'payBefore' }] });
  expect(refused.ok ? '' : refused.faults[0]?.rule).toContain('it is 9 h ago: is its offset right');
});

describe('a placement that failed', () => {
  const { state } = after();

  it.each([['PARAM_ERROR'], ['X'], ['a'.repeat(64)]])('is heard with the code of the refusal: %s', (code) => {
    expect(checkPlacementFailed({ code }, state)).toEqual({ ok: true, value: { code } });
  });

  it('is accepted again, during a close, and after another placement', () => {
    for (const story of [[[START, placementFailed]], toClosing, [[START, placedAgain]]] as const) {
      expect(checkPlacementFailed({ code: 'A' }, after(...story).state).ok).toBe(true);
    }
  });

  it.each<[unknown, string]>([
    [undefined, 'request'],
    ['PARAM_ERROR', 'request'],
    [{}, 'code'],
    [{ code: '' }, 'code'],
    [{ code: 400 }, 'code'],
    [{ code: 'a'.repeat(65) }, 'code'],
    [{ code: 'PARAM ERROR' }, 'code'],
    [{ code: 'A', message: 'x' }, 'message'],
  ])('is refused: %j', (request, field) => {
    const result = checkPlacementFailed(request, state);
    expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
  });

  it('is refused once WeChat Pay has shown the order, or called it paid', () => {
    const claimed = closeAnswered('paid', { before: 'NOT_FOUND', after: UNASKED });
    for (const story of [toPaying, [[START, wrongNotification]], [...toClosing, [DEADLINE, claimed]]] as const) {
      const result = checkPlacementFailed({ code: 'A' }, after(...story).state);
      expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual(['request']);
    }
  });
});

describe('a request to resolve', () => {
  const { state } = after(...toClosing, [DEADLINE, closeFailed('fatal')]);
  const good = { as: 'paid', note: 'seen in the bill', by: 'Mei' };

  it('is taken while a person is asked, and is not forced by itself', () => {
    expect(checkResolution(good, state)).toEqual({ ok: true, value: { ...good, force: false } });
    expect(checkResolution({ ...good, force: true }, state)).toMatchObject({ value: { force: true } });
  });

  it.each([
    ['a note that begins with a line break', { note: '\nseen in the bill' }],
    ['500 characters outside the basic plane', { note: '𠮷'.repeat(500), by: '𠮷'.repeat(100) }],
    ['one ideograph', { note: '退', by: '梅' }],
  ])('is taken with %s', (_, change) => {
    expect(checkResolution({ ...good, ...change }, state).ok).toBe(true);
  });

  it.each([['\u200b'], ['\u2060\ufeff'], ['\n\t '], ['\u3000'], ['\u0000'], ['\u3164'], ['\u2800'], ['\ufe0f']])(
    'is refused with a text of which nothing is seen: %j',
    (text) => {
      const result = checkResolution({ ...good, note: text, by: text }, state);
      expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual(['note', 'by']);
    },
  );

  it.each<[unknown, string]>([
    ['paid', 'request'],
    [{ ...good, note: 7 }, 'note'],
    [{ ...good, note: '𠮷'.repeat(501) }, 'note'],
    [{ ...good, as: 'lost' }, 'as'],
    [{ ...good, note: ' ' }, 'note'],
    [{ ...good, note: 'x'.repeat(501) }, 'note'],
    [{ ...good, by: '' }, 'by'],
    [{ ...good, by: 'x'.repeat(101) }, 'by'],
    [{ ...good, force: 'yes' }, 'force'],
    [{ ...good, to: 'x' }, 'to'],
  ])('is refused: %j', (request, field) => {
    const result = checkResolution(request, state);
    expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
  });

  it('is refused while no person is asked', () => {
    expect(checkResolution(good, after().state).ok).toBe(false);
  });
});

describe('a request to retry', () => {
  it('is taken in every pause, while a person is asked, and in the wait for a close to be confirmed', () => {
    const unsettled = [...toClosing, [DEADLINE, closeFailed('unknown')]] as const;
    const asked = [...toClosing, [DEADLINE, closeFailed('fatal')]] as const;
    const settling = [...toClosing, [DEADLINE, closeAnswered('accepted')]] as const;
    for (const story of [unsettled, asked, settling, toPaying, toConfirming]) {
      expect(checkRetry(after(...story).state).ok).toBe(true);
    }
  });

  it('is refused while the order waits for the payment, and while it is asked about or closed', () => {
    for (const story of [[], toChecking, toClosing, [[START, notification()]]] as const) {
      expect(checkRetry(after(...story).state).ok).toBe(false);
    }
  });
});

describe('a request to close', () => {
  const replacedBy = (number: string) => [START, { type: 'closeRequested', replacedBy: number }] as const;

  it('may come again, with the number that it came with or with none', () => {
    const { state } = after(replacedBy('A'));
    expect(checkCloseRequest({ replacedBy: 'A' }, state).ok).toBe(true);
    expect(checkCloseRequest(undefined, state).ok).toBe(true);
    expect(checkCloseRequest({ replacedBy: 'A' }, after([START, closeRequested]).state).ok).toBe(true);
  });

  it('is refused with another number than the first, which it names', () => {
    const result = checkCloseRequest({ replacedBy: 'B' }, after(replacedBy('A')).state);
    expect(result).toMatchObject({ ok: false, faults: [{ field: 'replacedBy', value: '"B"' }] });
    expect(result.ok ? '' : result.faults[0]?.rule).toContain('A');
  });
});
