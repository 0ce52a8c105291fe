import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import stringWidth from 'string-width';
import type { ListedOrder } from '../../../client/order-list.js';
import { tableOf } from '../../../cli/orders/list.js';
import { queryOf } from '../../../cli/orders/where.js';
import { AMOUNT } from '../../support/world.js';
import { type DeskWorld, newDeskWorld } from './desk.js';

describe('a list in a window', () => {
  const order: ListedOrder = {
    workflowId: 'order/1900000109/1217752501201407033233368018',
    workflowType: 'timeoutThenClose',
    status: 'RUNNING',
    merchant: '1900000109',
    state: 'needs-attention',
    reason: 'notification-and-query-disagree',
    deadline: '2026-01-31T01:00:00Z',
    startedAt: new Date(Date.now() - 3 * 3_600_000 - 5_000).toISOString(),
  };
  const linesOf = (window: number, locale: 'en' | 'zh' = 'en'): string[] =>
    tableOf([order], locale, window).split('\n');

  it('shows everything if it is wide enough', () => {
    const [head, row] = linesOf(Infinity);
    expect(head).toMatch(/^ORDER +STATE +REASON +DUE +AGE$/);
    expect(row).toMatch(
      /^order\/1900000109\/1217752501201407033233368018 {2}needs a person {2}notification-and-query-disagree {2}2026-01-31 \d\d:00 {2}3h$/,
    );
  });

  it.each([100, 80, 72, 60])('is not wider than %s columns, and keeps the end of the id', (window) => {
    for (const locale of ['en', 'zh'] as const) {
      const lines = linesOf(window, locale);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(window);
      expect(lines[1]).toContain('68018  ');
    }
  });

  it('names a state in the language of the reader, and one that it does not know as it is', () => {
    expect(linesOf(200, 'zh')[1]).toContain('需人工处理');
    expect(tableOf([{ ...order, state: 'of-tomorrow' }], 'zh', 200)).toContain('of-tomorrow');
  });
});

describe('the conditions', () => {
  it('become a query of what is open, or of what has ended', () => {
    expect(queryOf({ conditions: 'state=needs-attention,unsettled merchant=1900000109', kinds: ['order'] }, 'en')).toBe(
      "WorkflowType IN ('timeoutThenClose') AND WxpayState IN ('needs-attention', 'unsettled') AND WxpayMerchant IN ('1900000109') AND ExecutionStatus = 'Running'",
    );
    expect(queryOf({ conditions: 'state=paid' }, 'en')).not.toContain('ExecutionStatus');
    expect(queryOf({ conditions: '', ended: true }, 'en')).not.toContain('ExecutionStatus');
    expect(queryOf({ conditions: 'due-before=2026-01-31T09:00:00+08:00' }, 'en')).toContain(
      "WxpayDeadline < '2026-01-31T01:00:00.000Z'",
    );
  });

  it.each([
    ['colour=red', 'The condition "colour=red" is not known. It must be one of: state=… reason=… merchant=…'],
    ['state', 'state must be awaiting-payment, '],
    ["merchant=1'OR'1", `merchant must be merchant numbers (got "1'OR'1").`],
    ['reason=tired', 'reason must be amount-differs, '],
    ['kind=parcel', 'kind must be order, payscore, late, delivery (got "parcel").'],
    ['due-before=soon', 'due-before must be now, an instant'],
    ['older-than=-2h', 'older-than must be a length of time'],
    ['state=paid state=closed', 'The condition state is given twice.'],
  ])('are refused with what is right: %s', (conditions, words) => {
    expect(() => queryOf({ conditions }, 'en')).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => queryOf({ conditions }, 'en')).toThrow(words);
  });
});

describe('a list of a server', () => {
  let world: DeskWorld;
  beforeAll(async () => {
    world = await newDeskWorld();
    // Without a worker, all stay as they were started.
    const order = { api: 'v3-global', amount: AMOUNT, mchid: '1900000109' } as const;
    for (const outTradeNo of ['A1', 'A2', 'A3']) await world.orders.start({ ...order, outTradeNo, payWithin: '2h' });
    await world.orders.start({ ...order, mchid: '1900000110', outTradeNo: 'B1', payWithin: '10m' });
    await world.serviceOrders.watch(await world.rental());
    await world.untilListed('newer-than=1h', 5);
  });
  afterAll(() => world.end());

  const idsOf = async (...args: string[]): Promise<string[]> => {
    const { code, value } = await world.json(['list', ...args]);
    expect(code).toBe(0);
    return (value as { orders: ListedOrder[] }).orders.map(({ workflowId }) => workflowId).sort();
  };

  it('goes by merchant, kind, deadline and age', async () => {
    expect(await idsOf('merchant=1900000110')).toEqual(['order/1900000110/B1']);
    expect(await idsOf('kind=payscore')).toEqual(['payscore/1900000109/RENTAL-1']);
    expect(await idsOf('due-before=1h')).toEqual(['order/1900000110/B1']);
    expect(await idsOf('due-before=3h', 'merchant=1900000109', 'kind=order')).toHaveLength(3);
    expect(await idsOf('due-before=now')).toEqual([]);
    expect(await idsOf('older-than=1h')).toEqual([]);
    expect(await idsOf('state=waiting')).toEqual(['payscore/1900000109/RENTAL-1']);
    expect(await idsOf('state=needs-attention')).toEqual([]);
  });

  it('says how many there are of which it shows some', async () => {
    const { out, code } = await world.desk(['list', 'kind=order merchant=1900000109', '--limit', '2']);
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(6);
    expect(out).toContain('\n\n2 of 3. Times are in Asia/Shanghai.\n');
    expect((await world.desk(['list', 'state=paid'])).out).toBe('No order fits.\n');
  });

  it('is in the language of the terminal, and fits it', async () => {
    const { out } = await world.desk(['list'], { LC_ALL: '', LANG: 'zh_CN.UTF-8', COLUMNS: '60' });
    expect(out).toMatch(/^订单 +状态 +原因 +截止 +已过\n/);
    expect(out).toContain('等待付款');
    for (const line of out.split('\n').slice(0, 6)) expect(stringWidth(line)).toBeLessThanOrEqual(60);
    expect((await world.desk(['list', '--lang', 'en'], { LANG: 'zh_CN.UTF-8' })).out).toContain('waiting for payment');
  });

  it('gives each order with its codes as JSON', async () => {
    const { value } = await world.json(['list', 'merchant=1900000110'], { LC_ALL: 'zh_CN.UTF-8' });
    expect(value).toEqual({
      total: 1,
      orders: [
        {
          workflowId: 'order/1900000110/B1',
          workflowType: 'timeoutThenClose',
          status: 'RUNNING',
          merchant: '1900000110',
          state: 'awaiting-payment',
          reason: null,
          deadline: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}Z$/),
          startedAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}Z$/),
        },
      ],
    });
  });

  it('says in words that no server answers, and that the environment cannot be used', async () => {
    const away = await world.desk(['list'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(away).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^no-server: The Temporal server at 127\.0\.0\.1:1 did not answer within 15 s\./),
    });
    const slip = await world.desk(['list'], { WXPAY_TASK_QUEU: 'x' });
    expect(slip).toMatchObject({ code: 2, err: expect.stringContaining('did you mean WXPAY_TASK_QUEUE?') });
    expect(slip.err + away.err).not.toMatch(/\n\s+at /);
  });
});
