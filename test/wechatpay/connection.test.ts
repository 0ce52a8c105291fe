import dns from 'node:dns';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { agents, CONNECT_TIMEOUT_MS, trustAuthorities } from '../../wechatpay/connection.js';
import { type HttpRequest, type NoAnswer, send } from '../../wechatpay/http.js';
import { byteServer } from './byte-server.js';

const post = (url: URL): HttpRequest => ({ method: 'POST', url, headers: {}, body: 'bytes' });

async function failureOf(request: HttpRequest, timeoutMs?: number): Promise<NoAnswer> {
  const sent = await send(request, { timeoutMs });
  if (sent.ok) throw new Error('it was answered');
  expect(sent.failure.code).toBe('LOCAL_NO_ANSWER');
  return sent.failure;
}

describe('a request that was not answered', () => {
  it('cannot have taken effect where nobody listens', async () => {
    const failure = await failureOf(post(new URL('http://127.0.0.1:1/')));
    expect(failure).toMatchObject({ what: 'ECONNREFUSED', mayHaveTakenEffect: false });
  });

  it('cannot have taken effect where the certificate is not trusted', async () => {
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    trustAuthorities(undefined);
    expect(await failureOf(post(url))).toMatchObject({ mayHaveTakenEffect: false });
    expect(connections.map(({ received }) => received)).toEqual(['']);
  });

  it('cannot have taken effect where its time ends before the connection stands', async () => {
    const { url } = await byteServer({ handshakeAfterMs: Infinity });
    const began = performance.now();
    expect(await failureOf(post(url), 100)).toMatchObject({
      what: 'no answer within 100 ms',
      mayHaveTakenEffect: false,
    });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('may have taken effect where it was handed to a connection that was then cut', async () => {
    const { url } = await byteServer({ answer: 'cut' });
    expect(await failureOf(post(url))).toMatchObject({ what: 'ECONNRESET', mayHaveTakenEffect: true });
  });

  it('may have taken effect where it was handed to a connection that says nothing', async () => {
    const { url } = await byteServer({ answer: 'nothing' });
    expect(await failureOf(post(url), 100)).toMatchObject({ mayHaveTakenEffect: true });
  });
});

describe('a connection', () => {
  it('has two seconds for a handshake, and cannot have carried anything then', async () => {
    const { url } = await byteServer({ handshakeAfterMs: Infinity });
    // One that nobody waits for any more fails in silence.
    const abandoned = failureOf(post(url), 50);
    const began = performance.now();
    expect(await failureOf(post(url))).toMatchObject({ what: 'CONNECT_TIMEOUT', mayHaveTakenEffect: false });
    expect(performance.now() - began).toBeGreaterThan(CONNECT_TIMEOUT_MS - 10);
    expect(performance.now() - began).toBeLessThan(CONNECT_TIMEOUT_MS + 1_000);
    await abandoned;
  });

  it('has its time for each of its steps', async () => {
    const { url } = await byteServer({ handshakeAfterMs: 1_200 });
    const { lookup } = dns;
    const slow = (...args: Parameters<typeof lookup>) => void setTimeout(() => lookup(...args), 1_200);
    const spy = vi.spyOn(dns, 'lookup').mockImplementation(slow);
    onTestFinished(() => spy.mockRestore());
    agents.https.options.checkServerIdentity = () => undefined;
    onTestFinished(() => {
      delete agents.https.options.checkServerIdentity;
    });
    url.hostname = 'localhost';
    expect(await send(post(url))).toMatchObject({ ok: true, value: { status: 204 } });
    expect(spy).toHaveBeenCalled();
  });

  it('that stands when nobody waits any more is closed, and carries nothing', async () => {
    const { url, connections } = await byteServer({ handshakeAfterMs: 300 });
    await failureOf(post(url), 100);
    await vi.waitFor(() => expect(connections).toHaveLength(1), 60_000);
    await connections[0]?.closed;
    expect(connections[0]?.received).toBe('');
    const names = [...Object.keys(agents.https.sockets), ...Object.keys(agents.https.freeSockets)];
    expect(names.filter((name) => name.includes(`:${url.port}:`))).toEqual([]);
  });

  it('is kept for the next request', async () => {
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    for (const _ of [1, 2, 3]) await send(post(url));
    expect(connections).toHaveLength(1);
  });
});
