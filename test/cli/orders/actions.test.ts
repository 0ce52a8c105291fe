import { readFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { AMOUNT } from '../../support/world.js';
import { type DeskWorld, HAS_TERMINALS, newDeskWorld, numberIn } from './desk.js';

let world: DeskWorld;
beforeAll(async () => {
  world = await newDeskWorld();
  await world.startWorker();
});
afterAll(() => world.end());

describe('one order', () => {
  it('is checked: open, and once it has ended', async () => {
    const { handle } = await world.checkout(10 * MINUTE);
    const { mchid } = world.sandbox;
    const open = await world.desk(['check', handle.workflowId]);
    expect(open).toMatchObject({ code: 0, err: '' });
    expect(open.out).toMatch(
      /^order\/1900000109\/REAL-\d+: waiting for payment\. WeChat Pay says NOTPAY, as of 20\S+\+08:00\. If it is unpaid, it is closed from 20\S+\+08:00 on\.\n$/,
    );
    const paid = await world.checkout(10 * MINUTE);
    await world.sandbox.pay({ mchid, outTradeNo: paid.outTradeNo });
    const { workflowId } = paid.handle;
    const checked = await world.desk(['check', workflowId], { LC_ALL: 'zh_CN.UTF-8' });
    expect(checked.out).toMatch(/^order\/\S+ 已了结：已支付，时间 20\S+\+08:00。\n$/);
    expect(await world.json(['check', workflowId])).toMatchObject({
      code: 0,
      value: { workflowId, result: 'done', ended: true, outcome: { ended: 'paid' } },
    });
  });

  it('is found by its number, and by its number and merchant', async () => {
    const { outTradeNo, handle } = await world.checkout(10 * MINUTE);
    await world.untilListed('state=awaiting-payment', 2);
    for (const args of [[outTradeNo], [outTradeNo, '--merchant', world.sandbox.mchid]])
      expect(await world.json(['check', ...args])).toMatchObject({ code: 0, value: { workflowId: handle.workflowId } });
    expect(await world.desk(['check', 'NOBODY'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('No order NOBODY is known, of the merchants 1900000109.'),
    });
    const order = { api: 'v3', mchid: '1900000110', outTradeNo, amountUnknown: true, payWithin: '30m' } as const;
    const other = await world.orders.start(order);
    onTestFinished(() =>
      world.client.workflow
        .getHandle(other.handle.workflowId)
        .terminate()
        .then(() => undefined),
    );
    await world.untilListed('merchant=1900000110', 1);
    const ambiguous = await world.desk(['check', outTradeNo]);
    expect(ambiguous.code).toBe(2);
    for (const id of [handle.workflowId, other.handle.workflowId]) expect(ambiguous.err).toContain(`\n  ${id}`);
  });

  it('is extended, and closed; then a later deadline is refused in words', async () => {
    const { handle } = await world.checkout(10 * MINUTE);
    const id = handle.workflowId;
    const until = new Date(Date.now() + 30 * MINUTE).toISOString();
    expect(await world.json(['extend', id, '--until', until])).toMatchObject({ code: 0, value: { accepted: true } });
    expect(await world.desk(['extend', id, '--until', '1s'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^invalid-order: It was refused: payBefore must not be sooner than the deadline/),
    });
    expect(await world.desk(['extend', id, '--until', 'soon', '--lang', 'zh'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--until 须为时刻'),
    });
    const closed = await world.desk(['close', id]);
    expect(closed).toMatchObject({ code: 0, out: expect.stringMatching(/If it is unpaid, it is closed from 20/) });
    expect(await world.json(['extend', id, '--until', '2h'])).toMatchObject({
      code: 1,
      value: { code: 'invalid-order', message: expect.stringContaining('a close was requested') },
    });
    expect(await world.json(['retry', id])).toMatchObject({ code: 1, value: { code: 'invalid-order' } });
    const over = await world.checkout(-SECOND);
    await over.handle.outcome();
    const late = await world.desk(['close', over.handle.workflowId]);
    expect(late).toMatchObject({
      code: 0,
      out: expect.stringMatching(/ has ended: closed, .* Nothing was changed\.\n$/),
    });
    expect(await world.desk(['retry', over.handle.workflowId])).toMatchObject({
      code: 1,
      out: 'already-ended: It has ended (closed), so nothing was changed.\n',
    });
  });

  it('is retried, and resolved; a resolution that does not stand ends with 3', async () => {
    const [id = '', other = ''] = await world.troubled(2);
    const { mchid } = world.sandbox;
    const resolve = ['resolve', id, '--as', 'closed', '--note', 'ticket 1', '--by', 'Li'];
    const not = await world.desk(resolve);
    expect(not.code).toBe(3);
    expect(not.out).toMatch(/: it was NOT resolved as closed: WeChat Pay said NOTPAY\. It stays open/);
    expect(await world.json(resolve)).toMatchObject({
      code: 3,
      value: { workflowId: id, result: 'not-stood', ended: null, said: 'NOTPAY' },
    });
    await world.sandbox.pay({ mchid, outTradeNo: numberIn(id) });
    expect(await world.desk([...resolve, '--lang', 'zh'])).toMatchObject({
      code: 3,
      out: expect.stringContaining('未能认定为已关闭。微信支付应答为 SUCCESS，因此已了结：已支付'),
    });
    expect(await world.desk(['retry', other])).toMatchObject({
      code: 0,
      out: `${other}: WeChat Pay is asked again.\n`,
    });
    expect(await world.orders.order({ mchid, outTradeNo: numberIn(other) }).outcome()).toMatchObject({
      ended: 'closed',
    });
  });

  it.runIf(HAS_TERMINALS)('is resolved by force, by the person whose name is asked for once', async () => {
    const [id = ''] = await world.troubled(1);
    const resolve = ['resolve', id, '--as', 'paid', '--note', 'ticket 2', '--force'];
    const home = mkdtempSync(join(tmpdir(), 'wxpay-home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    expect(await world.desk(resolve, { XDG_CONFIG_HOME: home })).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        `--by "your name". On a terminal you are asked once, and the name is kept in ${home}`,
      ),
    });
    const told = await world.onTerminal(resolve, { XDG_CONFIG_HOME: home }, [
      [/Your name, for the record/, 'Wang Fang'],
    ]);
    expect(told.out).toContain(`${id}: resolved as paid.`);
    expect(told.code).toBe(0);
    expect(JSON.parse(await readFile(join(home, 'wechatpay-orders', 'config.json'), 'utf8'))).toEqual({
      by: 'Wang Fang',
    });
    const outcome = await world.orders.order({ mchid: world.sandbox.mchid, outTradeNo: numberIn(id) }).outcome();
    expect(outcome).toMatchObject({ ended: 'resolved', as: 'paid', by: 'Wang Fang' });
  });

  it('says what is wrong with its name, or that nobody knows it', async () => {
    expect(await world.desk(['check', 'order/1900000109/'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"order/1900000109/" is no order.'),
    });
    expect(await world.desk(['extend', 'payscore/1900000109/R1', '--until', '1h'])).toMatchObject({
      code: 2,
      err: 'This command does not take payscore/1900000109/R1, but: order.\n',
    });
    expect(await world.json(['check', 'order/1900000109/GONE'])).toMatchObject({
      code: 1,
      value: { code: 'order-not-found', message: expect.stringContaining('`orders adopt` takes it up') },
    });
    expect(await world.desk(['retry'])).toMatchObject({
      code: 2,
      err: 'Name one order, or select many with --where.\n',
    });
  });
});

describe('a service order', () => {
  it('is cancelled on request, and shown', async () => {
    const rental = await world.rental();
    const handle = await world.serviceOrders.watch(rental);
    const cancel = ['cancel', handle.workflowId, '--reason', 'out of stock', '--request-id', 'desk-1'];
    expect(await world.desk([...cancel.slice(0, 2), '--reason', 'x'.repeat(31)])).toMatchObject({
      code: 1,
      out: expect.stringContaining('reason must be 1 to 30 characters'),
    });
    expect(await world.desk(cancel)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: the request desk-1 is taken; the cancel may be sent from 20/),
    });
    expect(await handle.outcome()).toMatchObject({ ended: 'cancelled' });
    const shown = await world.desk(['check', handle.workflowId]);
    expect(shown.out).toMatch(/^payscore\/\S+: cancelled\. WeChat Pay says REVOKED, as of 20/);
  });
});

describe('a payment after the end', () => {
  it('is shown with the command that records it, and recorded', async () => {
    const { handle, outTradeNo } = await world.checkout(-SECOND);
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    const order = { mchid: world.sandbox.mchid, outTradeNo };
    const payment = { transactionId: '4200000001', amount: AMOUNT, successTime: null };
    await world.client.workflow.start('latePayment', {
      taskQueue: 'wechatpay-orders',
      workflowId: `late/${handle.workflowId}`,
      args: [
        {
          order: { api: 'v3-global', ...order },
          amount: AMOUNT,
          ended: { ended: 'closed', closeSent: 'yes' },
          notification: { order, ...payment },
        },
      ],
    });
    const late = await world.desk(['late', outTradeNo, '--merchant', order.mchid]);
    expect(late.out).toContain('Payments: 4200000001.');
    expect(late.out).toContain(
      `orders record late/${handle.workflowId} --as refunded --transactions 4200000001 --note "…"`,
    );
    const record = ['record', handle.workflowId, '--note', 'refund 50001', '--by', 'Li'];
    expect(await world.desk([...record, '--as', 'refunded', '--transactions', '4200000002'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('invalid-order: '),
    });
    expect(await world.desk([...record, '--as', 'reopened', '--transactions', '4200000001'])).toMatchObject({
      code: 0,
      out: `late/${handle.workflowId}: recorded as reopened.\n`,
    });
  });
});

describe('the outcomes', () => {
  it('are listed since an instant, and sent again', async () => {
    const { handle } = await world.checkout(-SECOND);
    await handle.outcome();
    await world.untilListed(`state=closed newer-than=1h kind=order`, 4);
    const listed = await world.desk(['outcomes', '--since', '1h', '--merchant', world.sandbox.mchid]);
    expect(listed.out).toMatch(new RegExp(`^20\\S+\\+08:00 {2}order\\.closed {2}${handle.workflowId}$`, 'm'));
    const { code, value } = await world.json(['outcomes', '--since', '1h']);
    const { events } = value as { events: readonly { readonly workflowId: string; readonly type: string }[] };
    expect(code).toBe(0);
    expect(events.find(({ workflowId }) => workflowId === handle.workflowId)).toMatchObject({ type: 'order.closed' });
    const future = new Date(Date.now() + 60 * MINUTE).toISOString();
    expect(await world.desk(['outcomes', '--since', future])).toMatchObject({ code: 0, out: /^Nothing since/ });
    const resent = await world.desk(['resend', handle.workflowId]);
    expect(resent).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: order\.closed is posted again \(evt_\w+\)\.\n$/),
    });
    expect(await world.desk(['retry', `outcome/${handle.workflowId}`])).toMatchObject({
      out: expect.stringContaining(`outcome/${handle.workflowId}`),
    });
  });
});
