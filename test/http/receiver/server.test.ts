import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serveNotifications } from '../../../http/receiver/server.js';
import type { Listening } from '../../../process/health.js';
import { freeAddress } from '../../../testing/demo/processes.js';
import { sent } from '../../client/notifications/sockets.js';
import {
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  NOT_FOUND,
  v3Notification,
  type TestReceiver,
} from '../../client/notifications/fixtures.js';

const PATH = '/wechatpay/notifications';
let received: TestReceiver;
let server: Listening;
let port: number;
beforeAll(async () => {
  received = newTestReceiver(listOf(await merchant()));
  const address = await freeAddress();
  port = Number(address.split(':')[1]);
  server = await serveNotifications({ address, path: PATH }, received.receiver);
});
afterAll(() => server.close());

const NOWHERE = { status: 404, type: NOT_FOUND.headers['content-type'], body: NOT_FOUND.body };

describe('what listens for notifications', () => {
  it.each(['', '/', '?a=1', '/?a=1', `/${MCHID}`, `/${MCHID}/`])(
    'takes one at its path with %j behind it',
    async (end) => {
      expect(await sent(port, PATH + end, await v3Notification())).toMatchObject({ status: 204 });
    },
  );

  it.each([
    ['unknown-path', '/wechatpay/notification', undefined],
    ['unknown-path', '/wechatpay/notifications2?a=1', '/wechatpay/notifications2'],
    ['unknown-path', '/WeChatPay/notifications', undefined],
    ['unknown-path', '/', undefined],
    ['unknown-path', `${PATH}/%zz`, undefined],
    ['double-slash', `/${PATH}`, undefined],
    ['double-slash', `/wechatpay//notifications/${MCHID}`, undefined],
    ['double-slash', `${PATH}//`, '/'],
    ['double-slash', `${PATH}//${MCHID}`, `/${MCHID}`],
    ['merchant-number', `${PATH}/mch-1`, 'mch-1'],
    ['merchant-number', `${PATH}/${MCHID}/x`, `${MCHID}/x`],
    ['merchant-number', `${PATH}/${'1'.repeat(200)}`, '…'],
  ])('reports one at a wrong path, as %s: %s', async (reason, path, told = path) => {
    const { facts, events } = received;
    const [facts0, events0] = [facts.length, events.length];
    expect(await sent(port, path, await v3Notification())).toMatchObject(NOWHERE);
    expect(events.slice(events0)).toMatchObject([{ outcome: 'wrong-path', reason, path: told, isVerified: true }]);
    expect(facts).toHaveLength(facts0);
  });

  it('answers 100 on a connection, and the next one on another', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const notification = await v3Notification();
    const reused: boolean[] = [];
    for (let count = 0; count < 101; count += 1) {
      const { status, isReused } = await sent(port, PATH, { ...notification, agent });
      expect(status).toBe(204);
      reused.push(isReused);
    }
    expect(reused.map((isReused, at) => (isReused ? [] : at)).flat()).toEqual([0, 100]);
  });

  it.each([
    ['a large body', '"'.padEnd(2_000_000, 'x') + '"'],
    ['broken JSON', '{"a":'],
  ])('reads nothing that is no notification, and ends its connection: %s', async (_, body) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const headers = { 'content-type': 'application/json' };
    expect(await sent(port, '/', { method: 'PUT', headers, body: Buffer.from(body), agent })).toMatchObject(NOWHERE);
    expect(await sent(port, PATH, { ...(await v3Notification()), agent })).toMatchObject({ isReused: false });
  });

  it.each(['GET', 'PUT'])('reports nothing that is no notification: %s', async (method) => {
    const before = received.events.length;
    for (const path of ['/', '/favicon.ico', `${PATH}/%zz`])
      expect(await sent(port, path, { method })).toMatchObject(NOWHERE);
    expect(received.events).toHaveLength(before);
  });
});
