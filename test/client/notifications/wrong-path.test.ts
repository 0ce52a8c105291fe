import { describe, expect, it } from 'vitest';
import type { NotificationReceiver, NotifiedAt } from '../../../client/notifications/index.js';
import { webHandler } from '../../../client/notifications/index.js';
import {
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  NOT_FOUND,
  PAYMENT,
  v2Notification,
  v3Notification,
} from './fixtures.js';

async function at(address: NotifiedAt, notification = v3Notification()) {
  const { receiver, facts, events } = newTestReceiver(listOf(await merchant()));
  const { headers, body } = await notification;
  return { received: await receiver.receive(body, headers, address), facts, events };
}

describe('an address', () => {
  it.each(['', MCHID, `${MCHID}/`])('may end with a /, as in …/%s', async (mchid) => {
    const { received, facts } = await at({ mchid });
    expect(received.outcome).toBe('signalled');
    expect(facts).toHaveLength(1);
  });

  it.each<[NotifiedAt, object]>([
    [{ mchid: 'mch-1' }, { reason: 'merchant-number', path: 'mch-1' }],
    [{ mchid: `${MCHID}/x` }, { reason: 'merchant-number' }],
    [{ mchid: '1'.repeat(33) }, { reason: 'merchant-number', path: '…' }],
    [{ mchid: `${MCHID}//` }, { reason: 'double-slash' }],
    [{ mchid: `/${MCHID}` }, { reason: 'double-slash', path: `/${MCHID}` }],
    [{ mchid: '/' }, { reason: 'double-slash' }],
    [{ wrongPath: '/wechatpay/notification' }, { reason: 'unknown-path', path: '/wechatpay/notification' }],
    [{ wrongPath: '//wechatpay/notifications' }, { reason: 'double-slash' }],
  ])('that is slightly wrong is reported to the observer only: %j', async (address, told) => {
    const { received, facts, events } = await at(address);
    expect(received).toEqual({ answer: NOT_FOUND, outcome: 'wrong-path' });
    expect(events).toMatchObject([{ outcome: 'wrong-path', form: 'v3', isVerified: true, mchid: MCHID, ...told }]);
    expect(facts).toEqual([]);
  });

  it.each([
    ['the signature is a probe', v3Notification({ signing: 'probe' }), false],
    ['it is not signed', v3Notification({ signing: 'none' }), false],
    [
      'it is compressed',
      v3Notification().then(({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'content-encoding': 'br' } })),
      false,
    ],
    ['it is too large', v3Notification().then(({ headers }) => ({ headers, body: Buffer.alloc(100_000) })), false],
    ['its app is not known', v3Notification({ resource: { ...PAYMENT, appid: 'wx1' } }), true],
    ['it is of v2', Promise.resolve(v2Notification()), true],
    ['it is of v2, and forged', Promise.resolve(v2Notification({ sign: 'A'.repeat(32) })), false],
  ])('that is wrong is reported as signed by WeChat Pay or not: %s', async (_, notification, isVerified) => {
    const { received, events } = await at({ wrongPath: '/' }, notification);
    expect(received.answer).toEqual(NOT_FOUND);
    expect(events).toMatchObject([{ outcome: 'wrong-path', isVerified }]);
  });

  it('is reported without what may be secret, and without invisible characters', async () => {
    const { events } = await at({ wrongPath: `/hook/0123456789abcdef0123456789abcdef/\u0000${'x'.repeat(500)}` });
    expect(events[0]?.path).toBe('/hook/…/…');
  });

  it('that cannot be read is a wrong path', async () => {
    const { receiver, events } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification();
    const answer = await reading(receiver)(
      new Request('http://localhost/', { method: 'POST', headers, body: new Uint8Array(body) }),
    );
    expect(answer.status).toBe(404);
    expect(events).toMatchObject([{ outcome: 'wrong-path', reason: 'merchant-number' }]);
  });
});

function reading(receiver: NotificationReceiver) {
  return webHandler(receiver, {
    mchid: () => {
      throw new Error('no address');
    },
  });
}
