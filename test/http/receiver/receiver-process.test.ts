import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Line } from '../../support/line.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';
import { AMOUNT } from '../../support/world.js';
import { receiving, type Receiving } from './receiving.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

const here = () => ({ temporalAddress: world.address, merchantsFile: world.merchantsFile });

let count = 0;

/** An order that is paid, and whose workflow does not know yet. */
async function paid(api: 'v3-global' | 'v2' = 'v3-global') {
  count += 1;
  const key = { mchid: world.sandbox.mchid, outTradeNo: `NOTIFICATION-${count}` };
  await world.sandbox.place({ ...key, api, amount: AMOUNT });
  await world.sandbox.pay(key);
  return { ...key, api };
}

async function watched(api: 'v3-global' | 'v2' = 'v3-global') {
  const order = await paid(api);
  const { handle } = await world.orders.start({ ...order, amount: AMOUNT, payWithin: '15m' });
  return { order, handle };
}

const REFUSED = { status: 400, body: JSON.stringify({ code: 'FAIL', message: 'The notification was refused.' }) };

const NOT_FOUND = { status: 404, body: JSON.stringify({ code: 'FAIL', message: 'Not found.' }) };

describe('a receiver', () => {
  let receiver: Receiving;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    receiver = await receiving(here(), {}, (stop) => stops.push(stop));
  });
  afterAll(() => Promise.all(stops.map((stop) => stop())));

  it.each(['v3-global', 'v2'] as const)('ends an order of %s as paid', async (api) => {
    const { order, handle } = await watched(api);
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: api === 'v2' ? 200 : 204 });
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification', amount: AMOUNT });
  });

  it('takes a notification at the address of its merchant, and at no other', async () => {
    const { order, handle } = await watched();
    expect(await world.sandbox.notify(order, `${receiver.url}/1900009999`)).toEqual(REFUSED);
    expect(await world.sandbox.notify(order, `${receiver.url}/${order.mchid}`)).toMatchObject({ status: 204 });
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  });

  it.each([
    ['a / at its end', (url: string) => `${url}/`],
    ['a / behind the merchant number', (url: string) => `${url}/${world.sandbox.mchid}/`],
  ])('takes a notification at an address with %s', async (_, addressOf) => {
    const { order, handle } = await watched();
    expect(await world.sandbox.notify(order, addressOf(receiver.url))).toMatchObject({ status: 204 });
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  });

  it('counts WeChat Pay’s notification at a wrong path, and tells the log what is wrong with it', async () => {
    const path = '/wechatpay/notification';
    expect(await world.sandbox.notify(await paid(), new URL(path, receiver.url).href)).toEqual(NOT_FOUND);
    expect(await receiver.metric('wxpay_notifications_total{outcome="wrong-path",form="v3",verified="yes"}')).toBe(1);
    const line = await vi.waitUntil(
      () => receiver.log.find(({ outcome, isVerified }) => outcome === 'wrong-path' && isVerified === true),
      60_000,
    );
    const whatToDo: unknown = expect.stringContaining('notify_url');
    expect(line).toMatchObject({ level: 40, reason: 'unknown-path', path, whatToDo });
  });

  it('tells a service order of its confirmation', async () => {
    const order = await world.rental();
    const rental = await world.serviceOrders.requestCancel(order, {
      requestId: 'one',
      reason: '未确认',
      when: { ifNotConfirmedWithin: '30m' },
    });
    world.sandbox.serviceOrders.confirm(order);
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 204 });
    expect(await rental.handle.outcome()).toMatchObject({ ended: 'kept', reason: 'confirmed' });
  });

  it('starts an order that nobody has started, as paid', async () => {
    const order = await paid();
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 204 });
    expect(await world.orders.order(order).outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  });

  it('asks a person about a payment after the end', async () => {
    const { order, handle } = await watched();
    await world.sandbox.become(order, 'CLOSED');
    await handle.checkNow();
    expect(await handle.outcome()).toMatchObject({ ended: 'closed', closeSent: 'no' });
    await world.sandbox.become(order, 'SUCCESS');
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 204 });
    const late = world.orders.latePayment(order);
    await vi.waitFor(async () => expect(await late.state()).toMatchObject({ reason: 'paid-after-close' }), {
      timeout: 60_000,
    });
    const { transactionIds } = await late.state();
    await late.record({ as: 'refunded', note: 'refund R-1', by: 'Mei', transactionIds });
    expect(await late.outcome()).toMatchObject({ ended: 'recorded', as: 'refunded' });
  });

  it('refuses what was changed on its way, and says no more than that', async () => {
    const order = await paid();
    const { headers, body } = world.sandbox.paymentNotification(order);
    const changed = Buffer.from(body.toString().replace('TRANSACTION.SUCCESS', 'TRANSACTION.FAILURE'));
    const answer = await fetch(receiver.url, { method: 'POST', headers, body: changed });
    expect({ status: answer.status, body: await answer.text() }).toEqual(REFUSED);
    expect(await receiver.metric('wxpay_notifications_total{outcome="wrong-signature",form="v3",verified="no"}')).toBe(
      1,
    );
  });

  it('counts what it takes, and how long that took', async () => {
    const { order } = await watched();
    await world.sandbox.notify(order, receiver.url);
    await world.sandbox.notify(order, receiver.url);
    expect(await receiver.metric('wxpay_notifications_total{outcome="duplicate",form="v3",verified="yes"}')).toBe(1);
    expect(
      await receiver.metric('wxpay_notifications_total{outcome="signalled",form="v3",verified="yes"}'),
    ).toBeGreaterThan(0);
    expect(await receiver.metric('wxpay_notification_seconds_count{form="v3"}')).toBeGreaterThan(1);
  });

  it.each(['/', '/wechatpay/notifications/%zz', `/wechatpay/notifications/${'1'.repeat(200)}`])(
    'answers nothing else: %s',
    async (path) => {
      const { origin } = new URL(receiver.url);
      const other = await fetch(`${origin}${path}`, { method: 'POST' });
      const body: unknown = await other.json();
      expect({ status: other.status, body }).toEqual({ status: 404, body: { code: 'FAIL', message: 'Not found.' } });
    },
  );

  it('refuses a strange content type in its own words, and counts it', async () => {
    const headers = { 'content-type': 'foo' };
    const answer = await fetch(receiver.url, { method: 'POST', headers, body: '{}' });
    expect({ status: answer.status, body: await answer.text() }).toEqual(REFUSED);
    expect(await receiver.metric('wxpay_notifications_total{outcome="content-type",form="v3",verified="no"}')).toBe(1);
  });

  it('writes no key, payer or body to its log', () => {
    const text = JSON.stringify(receiver.log);
    expect(text).not.toMatch(/openid|payer|ciphertext|BEGIN|attach/);
    for (const line of receiver.log.filter(({ msg }) => msg === 'a notification was taken')) {
      expect(Object.keys(line).sort()).toEqual([
        'form',
        'isVerified',
        'level',
        'mchid',
        'millis',
        'msg',
        'outcome',
        'time',
      ]);
    }
  });
});

describe('a receiver whose Temporal server is away', () => {
  async function cutOff() {
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line.cut();
    return { line, receiver: await receiving({ ...here(), temporalAddress: line.address }) };
  }

  it('runs, says that it is not ready, and has notifications sent again until they are taken', async () => {
    const { line, receiver } = await cutOff();
    expect(await receiver.health('/livez')).toMatchObject({ status: 200 });
    expect(await receiver.health('/readyz')).toMatchObject({ status: 503, body: { ok: false } });
    const { order, handle } = await watched();
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 503 });
    line.restore();
    await vi.waitFor(async () => expect(await receiver.health('/readyz')).toMatchObject({ status: 200 }), 60_000);
    expect(await world.sandbox.notifyUntilTaken(order, { url: receiver.url, pauses: [500, 500, 500] })).toBe(true);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  });

  it('answers within the 5 s that WeChat Pay waits, also where the server is silent', async () => {
    const { line, receiver } = await cutOff();
    line.restore();
    line.mute();
    const { order } = await watched();
    const begun = Date.now();
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 503 });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});

describe('a receiver that is asked to stop', () => {
  it('answers the notification that has come, and ends', async () => {
    const receiver = await receiving(here());
    const { order, handle } = await watched();
    const { headers, body } = world.sandbox.paymentNotification(order);
    const { hostname, port, pathname } = new URL(receiver.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    const head = Object.entries({ ...headers, host: hostname, 'content-length': String(body.byteLength) });
    socket.write(`POST ${pathname} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    socket.write(body.subarray(0, 10));
    // What was sent before on the same line has been read by then.
    await world.sandbox.notify(order, `${receiver.url}/1900009999`);
    const stopped = receiver.stop();
    socket.write(body.subarray(10));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 204 /);
    await stopped;
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
  });
});

describe('a receiver that is asked to stop while somebody is connected who says nothing', () => {
  it('still ends', async () => {
    const receiver = await receiving(here());
    const { hostname, port } = new URL(receiver.url);
    for (const head of ['', 'POST /wechatpay/notifications HTTP/1.1\r\nhost: half']) {
      const socket = connect(Number(port), hostname);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      socket.on('error', () => undefined).write(head);
    }
    const begun = Date.now();
    await receiver.stop();
    expect(Date.now() - begun).toBeLessThan(12_000);
  });
});

describe('a receiver whose merchants file is changed', () => {
  it('takes the notifications of a new key, without a new start', async () => {
    const receiver = await receiving(here(), { WXPAY_MERCHANTS_RELOAD_SECONDS: '1' });
    await world.sandbox.rotateKeys();
    const { order, handle } = await watched();
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 400 });
    await world.sandbox.writeMerchantsFile(folder());
    expect(await world.sandbox.notifyUntilTaken(order, { url: receiver.url, pauses: Array(20).fill(500) })).toBe(true);
    expect(await receiver.metric('wxpay_merchants_reloads_total{result="taken"}')).toBe(1);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid' });
  });

  it('keeps what it had where the new one is bad', async () => {
    const receiver = await receiving(here(), { WXPAY_MERCHANTS_RELOAD_SECONDS: '1' });
    const good = await readFile(world.merchantsFile, 'utf8');
    await writeFile(world.merchantsFile, good.replaceAll('mchid:', 'machid:'));
    await vi.waitFor(
      async () => expect(await receiver.metric('wxpay_merchants_reloads_total{result="refused"}')).toBe(1),
      60_000,
    );
    const { order } = await watched();
    expect(await world.sandbox.notify(order, receiver.url)).toMatchObject({ status: 204 });
    const told = await vi.waitUntil(() => receiver.log.find(({ faults }) => faults !== undefined), 60_000);
    expect(JSON.stringify(told?.['faults'])).toContain('machid');
  });
});

function folder(): string {
  return dirname(world.merchantsFile);
}
