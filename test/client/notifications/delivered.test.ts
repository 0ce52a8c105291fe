import { describe, expect, it } from 'vitest';
import {
  createNotificationReceiver,
  NOTIFICATION_OUTCOMES,
  type Delivered,
} from '../../../client/notifications/index.js';
import { deliverOnce, REMEMBERED_FACTS, REMEMBERED_MS } from '../../../client/notifications/limits.js';
import type { NotificationFact } from '../../../client/notifications/outcomes.js';
import {
  LATER,
  listOf,
  merchant,
  newTestReceiver,
  deferred,
  PAYMENT,
  SECRETS,
  TAKEN,
  v2Notification,
  v3Notification,
} from './fixtures.js';

async function testReceiver(options: Parameters<typeof newTestReceiver>[1] = {}) {
  return newTestReceiver(listOf(await merchant()), options);
}

describe('a fact that Temporal has', () => {
  it.each(['signalled', 'late', 'known', 'unwatched'] as const)('is answered with success: %s', async (delivered) => {
    const { receiver, events } = await testReceiver({ deliver: () => Promise.resolve(delivered) });
    const v3 = await v3Notification();
    const v2 = v2Notification();
    expect(await receiver.receive(v3.body, v3.headers)).toMatchObject({ answer: TAKEN.v3, outcome: delivered });
    expect(await receiver.receive(v2.body, v2.headers)).toMatchObject({ answer: TAKEN.v2, outcome: delivered });
    expect(events).toMatchObject([{ outcome: delivered }, { outcome: delivered }]);
  });

  it('is the same if the merchant is its own sub-merchant, as in some v2 messages', async () => {
    const { receiver } = await testReceiver();
    const { headers, body } = v2Notification({ sub_mch_id: PAYMENT.mchid, sub_appid: 'wx-sub' });
    const { fact } = await receiver.receive(body, headers);
    expect(fact).toMatchObject({ notification: { order: { mchid: PAYMENT.mchid, outTradeNo: 'ORDER-1' } } });
    expect(fact).not.toHaveProperty('subAppid');
    expect(fact?.notification.order).not.toHaveProperty('subMchid');
  });

  it('is not needed for a success answer to a signed v2 notification of a failed attempt to pay', async () => {
    const { receiver, facts } = await testReceiver();
    const { headers, body } = v2Notification({ result_code: 'FAIL', err_code: 'SYSTEMERROR' });
    expect(await receiver.receive(body, headers)).toEqual({ answer: TAKEN.v2, outcome: 'not-a-payment' });
    expect(facts).toEqual([]);
  });

  it.each([['application/json; charset=utf-8'], ['Application/JSON'], [undefined], ['']])(
    'may have come with the content type %s',
    async (type) => {
      const { receiver } = await testReceiver();
      const { headers, body } = await v3Notification();
      expect((await receiver.receive(body, { ...headers, 'content-type': type })).outcome).toBe('signalled');
    },
  );

  it.each([['text/xml'], ['application/xml;charset=UTF-8'], [undefined]])(
    'may have come, as v2, with the content type %s',
    async (type) => {
      const { receiver } = await testReceiver();
      expect((await receiver.receive(v2Notification().body, { 'content-type': type })).outcome).toBe('signalled');
    },
  );

  it('may come with headers in any case, or as web-standard Headers', async () => {
    const { receiver } = await testReceiver();
    const { headers, body } = await v3Notification();
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect((await receiver.receive(body, shouted)).outcome).toBe('signalled');
    expect((await receiver.receive(body, new Headers(headers))).outcome).toBe('duplicate');
  });

  it('may come in pieces', async () => {
    const { receiver } = await testReceiver();
    const { headers, body } = await v3Notification();
    const pieces = (async function* () {
      await Promise.resolve();
      for (let at = 0; at < body.length; at += 100) yield body.subarray(at, at + 100);
    })();
    expect((await receiver.receive(pieces, headers)).outcome).toBe('signalled');
  });

  it('is not found in XML with a content type of JSON, which is answered as XML', async () => {
    const { receiver } = await testReceiver();
    const { answer, outcome } = await receiver.receive(v2Notification().body, { 'content-type': 'application/json' });
    expect({ outcome, type: answer.headers['content-type'] }).toEqual({
      outcome: 'unsigned',
      type: 'text/xml; charset=utf-8',
    });
  });
});

describe('a fact that Temporal does not have', () => {
  class NoServerError extends Error {
    override readonly name = 'NoServerError';
    readonly code = 'no-server';
  }

  it.each(['v3', 'v2'] as const)('is answered with failure, so that the %s notification comes again', async (form) => {
    let isDown = true;
    const deliver = (): Promise<Delivered> =>
      isDown ? Promise.reject(new NoServerError(SECRETS[0])) : Promise.resolve('signalled');
    const { receiver, facts, events } = await testReceiver({ deliver });
    const { headers, body } = form === 'v3' ? await v3Notification() : v2Notification();
    const first = await receiver.receive(body, headers);
    expect(first).toMatchObject({ answer: LATER[form], outcome: 'not-delivered' });
    isDown = false;
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(facts).toHaveLength(2);
    expect(events).toMatchObject([{ outcome: 'not-delivered', reason: 'no-server' }, { outcome: 'signalled' }]);
    expect(JSON.stringify({ first, events })).not.toContain(SECRETS[0]);
  });

  it.each([
    ['TypeError', new TypeError('oh')],
    ['error', Object.assign(new Error('oh'), { name: 'with spaces' })],
    ['no-error', 'a text' as unknown as Error],
  ])('has its reason as one word only: %s', async (reason, thrown) => {
    const { receiver, events } = await testReceiver({ deliver: () => Promise.reject(thrown) });
    const { headers, body } = await v3Notification();
    await receiver.receive(body, headers);
    expect(events).toMatchObject([{ outcome: 'not-delivered', reason }]);
  });

  it('is answered in time if the delivery hangs, and is delivered again when it comes again', async () => {
    const hung = deferred<Delivered>();
    let calls = 0;
    const deliver = (): Promise<Delivered> => ((calls += 1) === 1 ? hung.promise : Promise.resolve('signalled'));
    const { receiver, events } = await testReceiver({ deliver, deliverWithinMs: 50 });
    const { headers, body } = await v3Notification();
    expect(await receiver.receive(body, headers)).toMatchObject({ answer: LATER.v3, outcome: 'timeout' });
    expect(events[0]?.millis).toBeLessThan(1_000);
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    hung.end('signalled');
  });

  it('is known when a delivery that was too slow succeeds after all', async () => {
    const slow = deferred<Delivered>();
    const { receiver, facts } = await testReceiver({ deliver: () => slow.promise, deliverWithinMs: 50 });
    const { headers, body } = await v3Notification();
    expect((await receiver.receive(body, headers)).outcome).toBe('timeout');
    slow.end('signalled');
    await slow.promise;
    expect((await receiver.receive(body, headers)).outcome).toBe('duplicate');
    expect(facts).toHaveLength(1);
  });

  it('has the answer for later if something unexpected fails', async () => {
    const merchants = {
      find: () => undefined,
      all: () => {
        throw new RangeError('oh');
      },
    };
    const { receiver, events } = newTestReceiver(merchants);
    const { headers, body } = await v3Notification();
    expect(await receiver.receive(body, headers)).toEqual({ answer: LATER.v3, outcome: 'unexpected' });
    expect(events).toMatchObject([{ reason: 'RangeError' }]);
  });

  it('includes that of a body that was read before', async () => {
    const { receiver, events } = await testReceiver();
    expect(receiver.bodyConsumed({})).toEqual({ answer: LATER.v3, outcome: 'body-consumed' });
    expect(receiver.bodyConsumed({ 'content-type': 'text/xml' }).answer).toEqual(LATER.v2);
    expect(events).toHaveLength(2);
  });

  it('has a row of the table for each of these', () => {
    const later = Object.entries(NOTIFICATION_OUTCOMES).filter(([, { answer }]) => answer === 'later');
    expect(later.map(([outcome]) => outcome)).toEqual(['body-consumed', 'not-delivered', 'timeout', 'unexpected']);
  });
});

describe('an observer', () => {
  it('that throws changes no answer', async () => {
    const receiver = createNotificationReceiver({
      merchants: listOf(await merchant()),
      deliver: () => Promise.resolve('signalled'),
      observe: () => {
        throw new Error('oh');
      },
    });
    const { headers, body } = await v3Notification();
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  });
});

describe('a notification that comes more than once', () => {
  it('is delivered once if the second comes during the delivery of the first', async () => {
    const first = deferred<Delivered>();
    const { receiver, facts } = await testReceiver({ deliver: () => first.promise });
    // Each is signed by itself, as WeChat Pay does it.
    const notifications = [await v3Notification(), await v3Notification({ now: Date.now() - 1_000 })];
    const answers = notifications.map(({ headers, body }) => receiver.receive(body, headers));
    first.end('late');
    expect(await Promise.all(answers)).toMatchObject([
      { answer: TAKEN.v3, outcome: 'late' },
      { answer: TAKEN.v3, outcome: 'duplicate' },
    ]);
    expect(facts).toHaveLength(1);
  });

  it('fails each time while no delivery succeeds', async () => {
    let fail: (error: Error) => void = () => undefined;
    const first = new Promise<Delivered>((_, reject) => (fail = reject));
    const { receiver, facts } = await testReceiver({ deliver: () => first });
    const notifications = [await v3Notification(), await v3Notification()];
    const answers = notifications.map(({ headers, body }) => receiver.receive(body, headers));
    fail(new Error('down'));
    expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(['not-delivered', 'not-delivered']);
    expect(facts).toHaveLength(1);
  });

  it('is not delivered again for ten seconds, and then once more', async () => {
    let now = Date.now();
    const { receiver, facts } = await testReceiver({ now: () => now });
    const outcomes: string[] = [];
    for (const pause of [0, 1_000, REMEMBERED_MS - 2_000, 1_000]) {
      now += pause;
      const { headers, body } = await v3Notification({ now });
      outcomes.push((await receiver.receive(body, headers)).outcome);
    }
    expect(outcomes).toEqual(['signalled', 'duplicate', 'duplicate', 'signalled']);
    expect(facts).toHaveLength(2);
  });

  it('counts as another one if any field differs', async () => {
    const { receiver, facts } = await testReceiver();
    const changes = [
      {},
      { transaction_id: '42' },
      { amount: { total: 1, currency: 'HKD' } },
      { out_trade_no: 'ORDER-2' },
    ];
    for (const change of changes) {
      const { headers, body } = await v3Notification({ resource: { ...PAYMENT, ...change } });
      expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    }
    expect(facts).toHaveLength(changes.length);
  });

  it('may come in any order', async () => {
    const { receiver, facts } = await testReceiver();
    const service = { mchid: PAYMENT.mchid, appid: PAYMENT.appid, out_order_no: 'R1' };
    for (const said of ['USER_PAID', 'USER_CONFIRM']) {
      const { headers, body } = await v3Notification({ eventType: `PAYSCORE.${said}`, resource: service });
      await receiver.receive(body, headers);
    }
    expect(facts).toMatchObject([{ notification: { said: 'USER_PAID' } }, { notification: { said: 'USER_CONFIRM' } }]);
  });
});

describe('the memory of facts', () => {
  it('is bounded: the oldest is forgotten', async () => {
    let delivered = 0;
    const once = deliverOnce(
      () => Promise.resolve('signalled').finally(() => (delivered += 1)) as Promise<Delivered>,
      () => 0,
    );
    const fact = (number: number): NotificationFact => ({
      of: 'service-order',
      notification: { order: { mchid: PAYMENT.mchid, outOrderNo: `R${number}` }, said: 'USER_PAID' },
    });
    for (let number = 0; number <= REMEMBERED_FACTS; number += 1) await once(fact(number), 1_000);
    expect(await once(fact(REMEMBERED_FACTS), 1_000)).toBe('duplicate');
    expect(await once(fact(1), 1_000)).toBe('duplicate');
    expect(await once(fact(0), 1_000)).toBe('signalled');
    expect(delivered).toBe(REMEMBERED_FACTS + 2);
  });
});
