import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { NotificationDelivery, OrderClient } from '../../../client/index.js';
import { createNotificationReceiver, nodeHandler } from '../../../client/notifications/index.js';
import { outcomeHandler } from '../../../client/outcomes/index.js';
import { MINUTE } from '../../../domain/time.js';
import type { startTestStack, TestStack } from '../../../testing/stack/index.js';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { listening } from '../../support/listening.js';

/** As it is built: from source, its process would bundle the workflows anew. */
const built = pathToFileURL(join(inject('compiled'), 'testing/stack/index.js')).href;
const { startTestStack: start } = (await import(/* @vite-ignore */ built)) as {
  readonly startTestStack: typeof startTestStack;
};

const AMOUNT = { total: 888, currency: 'HKD' };
const realNow = Date.now;

let stack: TestStack;
let orders: OrderClient;
let client: Client;
/** What was posted to the checkout, by order. */
const posted = new Map<string, { readonly type: string; readonly at: number }[]>();
/** What the checkout asks of the stack as it takes an outcome. */
let look = (): Promise<string> => Promise.resolve('');
/** The statuses that the checkout answers first, before it takes what comes. */
let refusals: number[] = [];

beforeAll(async () => {
  stack = await start();
  const connection = await Connection.connect({ address: stack.temporalAddress });
  client = new Client({ connection });
  orders = new OrderClient(client);
  const take = outcomeHandler({
    secrets: stack.outcomeSecret,
    handle: async ({ workflowId, type }) => {
      await look();
      posted.set(workflowId, [...(posted.get(workflowId) ?? []), { type, at: Date.now() }]);
    },
  });
  const server = createServer((request, response) => {
    const status = refusals.shift();
    if (status === undefined) take(request, response);
    else response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await stack.postOutcomesTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return async () => {
    server.close();
    await connection.close();
  };
});

afterAll(async () => {
  await stack.stop();
  // A checkout's own clock is the machine's again.
  expect(Math.abs(Date.now() - realNow())).toBeLessThan(MINUTE);
});

async function placed(outTradeNo: string): Promise<void> {
  await stack.place({ outTradeNo, amount: AMOUNT });
  await orders.start({ api: 'v3-global', mchid: stack.mchid, outTradeNo, amount: AMOUNT, payWithin: '15m' });
}

const told = (outTradeNo: string): string[] =>
  (posted.get(`order/${stack.mchid}/${outTradeNo}`) ?? []).map(({ type }) => type);

describe('a test stack', () => {
  it('closes an order in time, and has told so when the time has passed', async () => {
    await placed('IN-TIME');
    const begunAt = Date.now();
    await stack.advance('14m');
    expect(told('IN-TIME')).toEqual([]);
    await stack.advance(MINUTE);
    expect(told('IN-TIME')).toEqual(['order.closed']);
    expect(await stack.stateAtWechatPay('IN-TIME')).toBe('CLOSED');
    // At its time, by the checkout's own clock.
    const [{ at } = { at: 0 }] = posted.get(`order/${stack.mchid}/IN-TIME`) ?? [];
    expect(at - begunAt).toBeGreaterThan(14 * MINUTE);
    expect(Date.now() - begunAt).toBeGreaterThan(14.99 * MINUTE);
    await expect(stack.pay('IN-TIME')).rejects.toThrow('WeChat Pay takes no payment for IN-TIME');
  });

  it('counts a deadline from the time of the stack, also after it was advanced', async () => {
    await stack.advance('3h');
    await placed('LATER');
    await stack.advance('10m');
    expect(told('LATER')).toEqual([]);
    await stack.pay('LATER');
    expect(told('LATER')).toEqual(['order.paid']);
  });

  it('loses a notification, and lets WeChat Pay send it later', async () => {
    await placed('LOST');
    await stack.pay('LOST', { notification: 'lost' });
    await stack.settled();
    expect(told('LOST')).toEqual([]);
    await stack.notify('LOST');
    await stack.notify({ outTradeNo: 'LOST', mchid: stack.mchid });
    expect(told('LOST')).toEqual(['order.paid']);
  });

  it('lets the bank refuse, and WeChat Pay misbehave', async () => {
    await placed('TROUBLE');
    await stack.become('TROUBLE', 'PAYERROR');
    await stack.misbehave({ what: 'systemError', on: 'close', times: 3 }, 'TROUBLE');
    await stack.advance('15m');
    expect(told('TROUBLE')).toEqual([]);
    await stack.advance('10m');
    expect(told('TROUBLE')).toEqual(['order.closed']);
    const ledger = await stack.sandbox('GET', '/ledger?outTradeNo=TROUBLE');
    expect(JSON.stringify(ledger).match(/"call":"close"/g)).toHaveLength(4);
  });

  it('posts again what the checkout did not take, once its time has come', async () => {
    await placed('AGAIN');
    refusals = [500, 503];
    await stack.pay('AGAIN');
    expect(told('AGAIN')).toEqual([]);
    await stack.advance('1h');
    expect(told('AGAIN')).toEqual(['order.paid']);
  });

  it('serves a checkout that takes notifications itself', async () => {
    const merchants = loadMerchants(stack.merchantsFile);
    const receiver = createNotificationReceiver({ merchants, deliver: new NotificationDelivery(client).deliver });
    const server = createServer(nodeHandler(receiver));
    onTestFinished(() => {
      server.close();
    });
    const notifyUrl = `http://127.0.0.1:${await listening(server.listen(0, '127.0.0.1'))}/`;
    await stack.place({ outTradeNo: 'OWN', amount: AMOUNT }, { notifyUrl });
    await orders.start({
      api: 'v3-global',
      mchid: stack.mchid,
      outTradeNo: 'OWN',
      amount: AMOUNT,
      payWithin: '30m',
    });
    // Signatures are by the stack's clock, too, which is hours ahead by now.
    await stack.advance('20m');
    await stack.pay('OWN');
    expect(told('OWN')).toEqual(['order.paid']);
  });

  it('can be looked at by the checkout that it waits for', async () => {
    await placed('LOOKED-AT');
    look = () => stack.stateAtWechatPay('LOOKED-AT');
    onTestFinished(() => void (look = () => Promise.resolve('')));
    await stack.pay('LOOKED-AT');
    expect(told('LOOKED-AT')).toEqual(['order.paid']);
  });

  it('has a Date that libraries take for the only one', async () => {
    await stack.advance('1m');
    expect(new Date().constructor).toBe(Date);
    expect(new Date()).toBeInstanceOf(Date);
    expect(structuredClone(new Date(1))).toEqual(new Date(1));
  });

  it('leaves a Date alone that fake timers have replaced', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1 });
    onTestFinished(() => void vi.useRealTimers());
    await stack.advance('1m');
    expect(Date.now()).toBe(1);
    vi.useRealTimers();
    expect(Date.now()).toBeGreaterThan(1);
  });

  it('says what is wrong with a request', async () => {
    await expect(stack.advance('15 minutes')).rejects.toThrow(`advance: 15 minutes is no length of time; write '15m'`);
    await expect(stack.advance(undefined as unknown as string)).rejects.toThrow('advance: undefined is no length');
    const lots = { notification: 'lots' as 'lost' };
    await expect(stack.pay('UNKNOWN', lots)).rejects.toThrow("notification is lots, and must be 'sent' or 'lost'");
    await expect(start({ moveDate: false } as object)).rejects.toThrow('moveDate is no option');
    await expect(stack.postOutcomesTo('https://shop.example.com/')).rejects.toThrow('is no URL on this machine');
    await expect(stack.pay('UNKNOWN')).rejects.toThrow('There is no order UNKNOWN of merchant 1900000109.');
    await expect(stack.misbehave({ what: 'systemError', times: -1 })).rejects.toThrow('times:');
    await expect(stack.sandbox('GET', '')).resolves.toContain('A WeChat Pay to run against.');
  });
});

describe('a second stack', () => {
  it('is refused if it moved Date, too', async () => {
    await expect(start()).rejects.toThrow('Another test stack moves Date in this process.');
  });

  it('leaves the Date of the first alone, also when it ends', async () => {
    const before = Date.now();
    await stack.advance('1h');
    const second = await start({ movesDate: false });
    await second.advance('2h');
    await second.stop();
    const passed = Date.now() - before;
    expect(passed).toBeGreaterThan(59.9 * MINUTE);
    expect(passed).toBeLessThan(65 * MINUTE);
  });

  it('runs the merchants that it is given', async () => {
    const own = await start({ movesDate: false, mchids: ['1900000111', '1900000222'], appids: ['wx1'] });
    onTestFinished(() => own.stop());
    const order = { outTradeNo: 'SECOND', mchid: '1900000222' };
    await own.place({ ...order, amount: AMOUNT });
    await own.pay(order, { notification: 'lost' });
    expect(await own.stateAtWechatPay(order)).toBe('SUCCESS');
    expect(own.mchid).toBe('1900000111');
  });

  it('says why it cannot start', async () => {
    vi.stubEnv('WXPAY_TEMPORAL_TEST_SERVER', '/nowhere/temporal-test-server');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(start({ movesDate: false })).rejects.toThrow(
      /The test stack cannot start. .*WXPAY_TEMPORAL_TEST_SERVER/s,
    );
  });

  it('can be stopped twice, and takes nothing after that', async () => {
    const own = await start({ movesDate: false });
    const inFlight = expect(own.advance('1h')).rejects.toThrow('The test stack was stopped.');
    await own.stop();
    await own.stop();
    await inFlight;
    await expect(own.settled()).rejects.toThrow('The test stack has ended.');
  });
});
