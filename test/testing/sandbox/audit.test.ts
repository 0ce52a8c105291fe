import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditOf } from '../../../testing/sandbox/audit.js';
import { type Audit, claimKey, Ledger } from '../../../testing/sandbox/ledger.js';
import { OrderStore, type SandboxTradeState } from '../../../testing/sandbox/orders.js';
import { ServiceOrderStore, type ServiceOrderState } from '../../../testing/sandbox/service-orders.js';
import { APPID, MINUTE, newNumber, sharedSandbox, v3 } from './wire.js';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const AMOUNT = { total: 1, currency: 'HKD' };
const [FIRST, SECOND] = ['1900000109', '1900000110'];
const ONE = { mchid: FIRST, outTradeNo: 'ONE' };
const OF_SUB = { ...ONE, subMchid: '1900000222' };
const OF_SECOND = { mchid: SECOND, outTradeNo: 'ONE' };
const SERVICE = { mchid: FIRST, outOrderNo: 'ONE' };

function books() {
  return { ledger: new Ledger(), orders: new OrderStore(), serviceOrders: new ServiceOrderStore() };
}

describe('a claim of an outcome', () => {
  it.each(['paid', 'closed', 'cancelled', 'kept'])('for a number that no book knows is wrong: %s', (claim) => {
    expect(auditOf(books(), new Map([['never-placed', claim]])).wrong).toEqual(['never-placed']);
  });

  it('that a number never existed is right where no book knows it, and wrong where one does', () => {
    const all = books();
    expect(auditOf(all, new Map([['ONE', 'never-existed']])).wrong).toEqual([]);
    all.orders.place({ ...ONE, amount: AMOUNT }, NOON);
    expect(auditOf(all, new Map([['ONE', 'never-existed']])).wrong).toEqual(['ONE']);
  });

  it.each<[SandboxTradeState, string[]]>([
    ['SUCCESS', ['paid']],
    ['REFUND', ['paid']],
    ['CLOSED', ['closed']],
    ['REVOKED', ['closed']],
    ['NOTPAY', []],
    ['USERPAYING', []],
  ])('for an order that is %s is right only if it is one of %j', (state, right) => {
    const { orders, ...rest } = books();
    orders.place({ ...ONE, amount: AMOUNT }, NOON);
    orders.become(ONE, state, NOON);
    const isRight = (claim: string) => auditOf({ orders, ...rest }, new Map([['ONE', claim]])).wrong.length === 0;
    expect(['paid', 'closed', 'cancelled', 'kept', 'never-existed', 'constructor'].filter(isRight)).toEqual(right);
  });

  it.each<[ServiceOrderState, string[]]>([
    ['CREATED', ['kept']],
    ['DOING', ['kept']],
    ['DONE', ['done', 'kept']],
    ['REVOKED', ['cancelled']],
    ['EXPIRED', ['expired']],
  ])('for a service order that is %s is right only if it is one of %j', (state, right) => {
    const { serviceOrders, ...rest } = books();
    serviceOrders.create(SERVICE, NOON);
    serviceOrders.become(SERVICE, { state });
    const isRight = (claim: string) =>
      auditOf({ serviceOrders, ...rest }, new Map([['ONE', claim]])).wrong.length === 0;
    const claims = ['cancelled', 'done', 'expired', 'kept', 'never-existed', 'paid', 'closed'];
    expect(claims.filter(isRight)).toEqual(right);
  });

  it('is for one owner’s order, where it is said whose', () => {
    const all = books();
    for (const key of [ONE, OF_SUB, OF_SECOND]) all.orders.place({ ...key, amount: AMOUNT }, NOON);
    all.serviceOrders.create(SERVICE, NOON);
    all.orders.become(ONE, 'CLOSED');
    all.orders.become(OF_SUB, 'SUCCESS', NOON);
    all.serviceOrders.become(SERVICE, { state: 'REVOKED' });
    const claims = (subs: string) =>
      new Map([
        [claimKey(ONE), 'closed'],
        [claimKey(OF_SUB), subs],
        [claimKey(SERVICE), 'cancelled'],
      ]);
    expect(auditOf(all, claims('paid')).wrong).toEqual([]);
    expect(auditOf(all, claims('closed')).wrong).toEqual(['1900000109/1900000222/ONE']);
    expect(auditOf(all, new Map([[claimKey(OF_SECOND), 'paid']])).wrong).toEqual(['1900000110/ONE']);
    expect(auditOf(all, new Map([['1900000333/ONE', 'paid']])).wrong).toEqual(['1900000333/ONE']);
  });

  it('by a bare number that two owners have is not guessed at', () => {
    const all = books();
    for (const key of [ONE, OF_SECOND]) all.orders.place({ ...key, amount: AMOUNT }, NOON);
    expect(() => auditOf(all, new Map([['ONE', 'closed']]))).toThrow(/1900000109\/ONE.*1900000110\/ONE/s);
  });
});

describe('an audit of a service order', () => {
  /** What was asked and answered, each so many milliseconds after noon. */
  function faultsAfter(...calls: readonly (readonly [number, 'query' | 'cancel', string, 'lost'?])[]): Audit {
    const all = books();
    all.serviceOrders.create({ ...SERVICE, needUserConfirm: false }, NOON);
    for (const [later, call, answer, how] of calls) {
      const request = { at: NOON + later, receivedAt: 0, nonce: 'n', timestamp: '1', mchid: FIRST, outTradeNo: 'ONE' };
      all.ledger.write({ ...request, api: 'payscore', call, answer, delivered: how !== 'lost' });
    }
    return auditOf(all, new Map());
  }

  it.each([
    ['7 s after its query', 7_000, []],
    ['later than that', 7_001, ['ONE']],
  ])('looks how old a cancel’s query is: %s', (_, later, needless) => {
    expect(faultsAfter([0, 'query', 'CREATED'], [later, 'cancel', '200']).needless).toEqual(needless);
  });

  it.each([
    ['CREATED', []],
    ['DOING USER_CONFIRM', []],
    ['DOING MCH_COMPLETE USER_PAYING', []],
    ['DOING MCH_COMPLETE USER_PAID', ['ONE']],
    ['EXPIRED', ['ONE']],
    ['ORDER_NOT_EXIST', ['ONE']],
  ])('knows whether %s allows a cancel', (answer, needless) => {
    expect(faultsAfter([0, 'query', answer], [1, 'cancel', '200']).needless).toEqual(needless);
  });

  it.each(['200', 'ORDER_CANCELED', 'ORDER_DONE'])('finds a second cancel in the 5 minutes after %s', (answer) => {
    const again = (later: number, how?: 'lost') =>
      faultsAfter(
        [0, 'query', 'CREATED'],
        how === undefined ? [1, 'cancel', answer] : [1, 'cancel', answer, how],
        [later, 'query', 'CREATED'],
        [later + 1, 'cancel', '200'],
      ).needless;
    expect(again(5 * MINUTE - 1)).toEqual(['ONE']);
    expect(again(5 * MINUTE)).toEqual([]);
    expect(again(2, 'lost')).toEqual([]);
  });

  it.each(['SYSTEM_ERROR', '200'])(
    'wants a query for every cancel, also after %s, or when its answer was lost',
    (answer) => {
      const first = [0, 'query', 'CREATED'] as const;
      expect(faultsAfter(first, [1, 'cancel', answer, 'lost'], [2, 'cancel', '200']).needless).toEqual(['ONE']);
      expect(faultsAfter(first, [1, 'cancel', 'SYSTEM_ERROR'], [2, 'cancel', '200']).needless).toEqual(['ONE']);
      expect(
        faultsAfter(first, [1, 'cancel', 'SYSTEM_ERROR'], [2, 'query', 'CREATED'], [3, 'cancel', '200']).needless,
      ).toEqual([]);
    },
  );

  it('goes by the last answer that was delivered', () => {
    expect(
      faultsAfter([0, 'query', 'CREATED'], [1, 'query', 'EXPIRED', 'lost'], [2, 'cancel', '200']).needless,
    ).toEqual([]);
    expect(faultsAfter([0, 'query', 'CREATED', 'lost'], [2, 'cancel', '200']).needless).toEqual(['ONE']);
  });
});

describe('a notification', () => {
  const shared = sharedSandbox();

  /** Takes notifications, and answers them with a status. */
  async function receiver(status: number, body = ''): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async function paid(api: 'v3-global' | 'v2' = 'v3-global') {
    const { sandbox, clock } = shared();
    const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
    await sandbox.place({ ...key, api, amount: AMOUNT, createdAt: clock.now - 6 * MINUTE });
    const path = `/v3/global/transactions/out-trade-no/${key.outTradeNo}`;
    await v3(sandbox, 'GET', `${path}?mchid=${key.mchid}`);
    await sandbox.pay(key);
    const close = () => v3(sandbox, 'POST', `${path}/close`, { mchid: key.mchid });
    const closedWhilePaid = () => sandbox.audit(new Map()).closedWhilePaid.includes(key.outTradeNo);
    return { sandbox, key, close, closedWhilePaid };
  }

  it('that was delivered forbids a close, and is in the ledger', async () => {
    const { sandbox, key, close, closedWhilePaid } = await paid();
    expect(await sandbox.notify(key, await receiver(204))).toEqual({ status: 204, body: '' });
    expect(closedWhilePaid()).toBe(false);
    await close();
    expect(closedWhilePaid()).toBe(true);
    expect(sandbox.ledger.entries(key.outTradeNo).map(({ call, answer }) => `${call} ${answer}`)).toEqual([
      'query NOTPAY',
      'notification SUCCESS',
      'close ORDERPAID',
    ]);
  });

  it('that a test handed over by itself counts as well, where it says so', async () => {
    const { sandbox, key, close, closedWhilePaid } = await paid();
    sandbox.paymentNotification(key);
    await sandbox.notificationDelivered(key);
    await close();
    expect(closedWhilePaid()).toBe(true);
  });

  it('that was refused, or only made, forbids nothing', async () => {
    const { sandbox, key, close, closedWhilePaid } = await paid();
    sandbox.paymentNotification(key);
    await sandbox.notify(key, await receiver(500));
    await close();
    expect(closedWhilePaid()).toBe(false);
  });

  it.each([
    ['<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>', true],
    ['<xml><return_code>FAIL</return_code></xml>', false],
    ['thanks', false],
  ])('of v2 is delivered where the answer says so: %s', async (body, delivered) => {
    const { sandbox, key } = await paid('v2');
    await sandbox.notify(key, await receiver(200, body));
    expect(sandbox.ledger.entries(key.outTradeNo).at(-1)).toMatchObject({ call: 'notification', delivered });
  });

  it('of a service order that is paid forbids its cancel; that of its confirmation does not', async () => {
    const { sandbox, clock } = shared();
    const NAMED = { appid: APPID, service_id: '500001' };
    const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
    await sandbox.createServiceOrder({ ...key, needUserConfirm: false });
    const url = await receiver(204);
    const cancel = () =>
      v3(sandbox, 'POST', `/v3/payscore/serviceorder/${key.outOrderNo}/cancel`, { ...NAMED, reason: 'over' });
    const found = () => sandbox.audit(new Map()).closedWhilePaid.includes(key.outOrderNo);
    await sandbox.notify(key, url);
    sandbox.misbehaviours.add({ mchid: key.mchid, outTradeNo: key.outOrderNo }, { what: 'systemError', on: 'cancel' });
    await cancel();
    expect(found()).toBe(false);
    sandbox.serviceOrders.complete(key, 500);
    sandbox.serviceOrders.pay(key, clock.now);
    await sandbox.notify(key, url);
    await cancel();
    expect(found()).toBe(true);
  });
});
