import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type HttpRequest, send, TOTAL_TIMEOUT_MS } from '../../wechatpay/http.js';

async function requestTo(listener: RequestListener): Promise<HttpRequest> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { method: 'GET', url, headers: {}, body: '' };
}

describe('one request', () => {
  it('is given up when its answer drips for too long, and may have taken effect', async () => {
    const request = await requestTo((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drip));
    });
    expect(await send(request, { timeoutMs: 150 })).toEqual({
      ok: false,
      failure: { code: 'LOCAL_NO_ANSWER', what: 'no answer within 150 ms', mayHaveTakenEffect: true },
    });
  }, 4_000);

  it('has 8 seconds for everything, and 2 to connect, unless it is told otherwise', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    await send(await requestTo((_, response) => response.end()));
    expect(TOTAL_TIMEOUT_MS).toBe(8_000);
    const delays = timers.mock.calls.map(([, delay]) => delay);
    expect(delays).toContain(8_000);
    expect(delays).toContain(2_000);
  });

  it('brings the bytes that were signed, and does not unpack them', async () => {
    const packed = gzipSync('{"a":1}');
    let wished: string | undefined;
    const request = await requestTo(({ headers }, response) => {
      wished = headers['accept-encoding'];
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    const sent = await send(request);
    expect(sent.ok && Buffer.from(sent.value.body)).toEqual(packed);
    expect(wished).toBeUndefined();
  });
});
