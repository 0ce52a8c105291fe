import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OrderRef } from '../../domain/orders/order.js';
import { send, type HttpRequest, type WriteGate } from '../../wechatpay/http.js';
import type { Result } from '../../wechatpay/failure.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { closeOrder } from '../../wechatpay/orders.js';
import { remoteSigner } from '../../wechatpay/remote-signer.js';
import { cancelServiceOrder } from '../../wechatpay/service-orders.js';
import { v2Signer } from '../../wechatpay/signature-v2.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { byteServer } from './byte-server.js';
import { V3Server } from './v3-server.js';

const MCHID = '1900000109';

const post = (url: URL): HttpRequest => ({ method: 'POST', url, headers: { authorization: 'secret' }, body: 'bytes' });
const gate = (mayStillSend: () => boolean, announce = () => Promise.resolve()): WriteGate => ({
  announce,
  mayStillSend,
});
const shut = gate(() => false);
const SHUT = { ok: false, failure: { code: 'LOCAL_GUARD_EXPIRED', mayHaveTakenEffect: false } };

/** The writes, sent to a server that is any merchant's. */
const WRITES: readonly (readonly [string, (host: string, gate: WriteGate) => Promise<Result<unknown>>])[] = [
  ['a close of v3 global', (host, asked) => closeOrder(merchantAt(host), order('v3-global'), asked)],
  ['a close of v3', (host, asked) => closeOrder(merchantAt(host), order('v3'), asked)],
  ['a close of v2', (host, asked) => closeOrder(merchantAt(host), order('v2'), asked)],
  [
    'a cancel',
    (host, asked) => {
      const rental = { mchid: MCHID, outOrderNo: 'R-1', serviceId: '500001', appid: 'wx1' };
      return cancelServiceOrder(merchantAt(host), rental, 'over', asked);
    },
  ],
];

function order(api: OrderRef['api']): OrderRef {
  return { api, mchid: MCHID, outTradeNo: 'ORDER-1' };
}

/** What happened, in its order, of a merchant whose key is elsewhere. */
const steps: string[] = [];
const signer = remoteSigner(MCHID, 'AB', () => {
  steps.push('sign');
  return Promise.resolve(Buffer.alloc(256).toString('base64'));
});

function merchantAt(host: string): Merchant {
  const v2 = { signer: v2Signer('192006250b4c09247ec02edce69f6a2d', 'MD5'), host };
  return { mchid: MCHID, appids: ['wx1'], v3: { signer, wechatpayKeys: new Map(), host }, v2 };
}

describe('a write whose gate is shut when the connection is ready', () => {
  it.each([
    ['TCP', {}],
    ['TLS', { handshakeAfterMs: 0 }],
  ])('leaves not one byte on a new connection of %s', async (_, manner) => {
    const { url, connections } = await byteServer(manner);
    expect(await send(post(url), { gate: shut })).toMatchObject(SHUT);
    expect(connections).toHaveLength(1);
    await connections[0]?.closed;
    expect(connections[0]?.received).toBe('');
  });

  it.each([
    ['TCP', {}],
    ['TLS', { handshakeAfterMs: 0 }],
  ])('leaves not one byte on a connection of %s that was used before', async (_, manner) => {
    const { url, connections } = await byteServer(manner);
    await send(post(url));
    const before = connections[0]?.received;
    expect(before).toContain('bytes');
    expect(await send(post(url), { gate: shut })).toMatchObject(SHUT);
    await connections[0]?.closed;
    expect(connections.map(({ received }) => received)).toEqual([before]);
  });

  it.each(WRITES)('is a failure that is tried again, of which nothing was sent: %s', async (_, write) => {
    const { url, connections } = await byteServer();
    const { facts } = await failureOf(write(url.origin, shut));
    expect(facts).toMatchObject({
      code: 'LOCAL_GUARD_EXPIRED',
      kind: 'retry',
      status: null,
      mayHaveTakenEffect: false,
    });
    expect(JSON.stringify(facts)).not.toMatch(/signature=|<sign>/);
    await connections[0]?.closed;
    expect(connections.map(({ received }) => received)).toEqual(['']);
  });
});

describe('the look of a gate', () => {
  it('comes after a slow TLS handshake, and not before', async () => {
    const { url } = await byteServer({ handshakeAfterMs: 400 });
    const began = performance.now();
    let lookedAfter = 0;
    const slow = gate(() => {
      lookedAfter = performance.now() - began;
      return true;
    });
    await send(post(url), { gate: slow });
    expect(lookedAfter).toBeGreaterThan(390);
  });

  it.each(['new', 'used'])('comes when a %s connection stands, in the tick in which all bytes leave', async (which) => {
    const { url, connections } = await byteServer();
    let client: Socket | undefined;
    const remember = (message: unknown): void => void (client ??= (message as { socket: Socket }).socket);
    subscribe('net.client.socket', remember);
    onTestFinished(() => void unsubscribe('net.client.socket', remember));
    if (which === 'used') await send(post(url));
    const seen: unknown[] = [];
    let before = 0;
    const look = gate(() => {
      before = client?.bytesWritten ?? NaN;
      seen.push(client?.connecting);
      // Whatever else waits for its turn, a timer or an answer, comes after this.
      process.nextTick(() => seen.push((client?.bytesWritten ?? NaN) - before));
      return true;
    });
    await send(post(url), { gate: look });
    expect(connections).toHaveLength(1);
    const length = (connections[0]?.received.length ?? NaN) - before;
    expect(seen).toEqual([false, length]);
    expect(length).toBeGreaterThan(100);
  });

  it('is one for each write, after the signature and the announcement', async () => {
    for (const [name, write] of WRITES) {
      const { url } = await byteServer();
      steps.length = 0;
      const told = gate(
        () => steps.push('look') > 0,
        async () => {
          steps.push('announce');
          await new Promise((resolve) => setTimeout(resolve, 20));
          steps.push('announced');
        },
      );
      await failureOf(write(url.origin, told));
      const signed = name.endsWith('v2') ? [] : ['sign'];
      expect(steps).toEqual([...signed, 'announce', 'announced', 'look']);
    }
  });

  it('lets a write through that it allows', async () => {
    const server = await V3Server.start();
    onTestFinished(() => server.stop());
    server.say({ status: 204 });
    expect(
      await answerOf(
        closeOrder(
          server.merchant(),
          server.order,
          gate(() => true),
        ),
      ),
    ).toMatchObject({ answer: 'accepted' });
  });
});

describe('an announcement', () => {
  it.each(WRITES)('that fails is what %s fails with, and no connection is looked for', async (_, write) => {
    const { url, connections } = await byteServer();
    const overtaken = new Error('overtaken');
    const refusing = gate(
      () => true,
      () => Promise.reject(overtaken),
    );
    await expect(write(url.origin, refusing)).rejects.toBe(overtaken);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connections).toEqual([]);
  });
});
