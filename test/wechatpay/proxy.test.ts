import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type HttpRequest, type NoAnswer, send } from '../../wechatpay/http.js';
import { byteServer } from './byte-server.js';

function post(url: URL): HttpRequest {
  // By its name, as WeChat Pay's hosts are known: an address has no name for TLS inside of a tunnel.
  if (url.protocol === 'https:') url.hostname = 'localhost';
  return { method: 'POST', url, headers: { authorization: 'signed' }, body: 'bytes' };
}

/** What a proxy does with a `CONNECT`. */
type Manner = 'tunnels' | 'refuses' | 'says nothing';

/** A proxy on 127.0.0.1 which the environment names until the test ends. */
async function proxy(manner: Manner, login = '') {
  /** All that it was asked, in the clear. */
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString());
      if (manner === 'refuses') socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      if (manner !== 'tunnels') return;
      const [, host = '', port = ''] = /^CONNECT (\w+):(\d+) /.exec(bytes.toString()) ?? [];
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      sockets.add(upstream.on('error', () => undefined));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HTTPS_PROXY', `http://${login}127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { asked, open: () => [...sockets].filter((socket) => !socket.destroyed).length };
}

async function failureOf(request: HttpRequest, timeoutMs?: number): Promise<NoAnswer> {
  const sent = await send(request, { timeoutMs });
  if (sent.ok) throw new Error('the request was answered');
  return sent.failure;
}

describe('a request', () => {
  it('goes through the proxy of the environment, which sees where to and nothing else', async () => {
    const { asked } = await proxy('tunnels');
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    expect(await send(post(url))).toMatchObject({ ok: true, value: { status: 204 } });
    expect(asked).toEqual([expect.stringContaining(`CONNECT ${url.host} HTTP/1.1`)]);
    expect(asked.join()).not.toMatch(/signed|bytes/);
    expect(connections.map(({ received }) => received)).toEqual([expect.stringContaining('authorization: signed')]);
  });

  it('keeps its connection through the proxy for the next one', async () => {
    const { asked } = await proxy('tunnels');
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    for (const _ of [1, 2, 3]) await send(post(url));
    expect([asked.length, connections.length]).toEqual([1, 1]);
  });

  it('goes directly to a host of NO_PROXY', async () => {
    const { asked } = await proxy('tunnels');
    vi.stubEnv('NO_PROXY', 'localhost');
    const { url } = await byteServer({ handshakeAfterMs: 0 });
    await send(post(url));
    expect(asked).toEqual([]);
  });

  it('over plain http, which is for loopback, goes directly', async () => {
    const { asked } = await proxy('tunnels');
    vi.stubEnv('HTTP_PROXY', process.env['HTTPS_PROXY'] ?? '');
    const { url } = await byteServer();
    await send(post(url));
    expect(asked).toEqual([]);
  });
});

describe('a write through a proxy', () => {
  it('asks its gate when TLS stands in the tunnel, and sends nothing if that is shut', async () => {
    await proxy('tunnels');
    const { url, connections } = await byteServer({ handshakeAfterMs: 200 });
    let asked = 0;
    const gate = {
      announce: () => Promise.resolve(),
      mayStillSend: () => {
        asked += 1;
        return connections.length === 0;
      },
    };
    const what = 'not sent: it was no longer allowed when the connection was ready';
    expect(await send(post(url), { gate })).toMatchObject({
      ok: false,
      failure: { code: 'LOCAL_GUARD_EXPIRED', what },
    });
    expect([asked, connections.map(({ received }) => received)]).toEqual([1, ['']]);
  });

  it('cannot have taken effect if the proxy refuses, and neither its answer nor our login is repeated', async () => {
    const { asked } = await proxy('refuses', 'me:pa55word@');
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    const failure = await failureOf(post(url));
    expect(failure).toMatchObject({ what: 'PROXY_REFUSED', mayHaveTakenEffect: false });
    expect(asked.join()).toContain(`proxy-authorization: Basic ${Buffer.from('me:pa55word').toString('base64')}`);
    expect(JSON.stringify(failure)).not.toMatch(/pa55word|407/);
    expect(connections).toEqual([]);
  });

  it('cannot have taken effect if the proxy says nothing', async () => {
    const { open } = await proxy('says nothing');
    const { url, connections } = await byteServer({ handshakeAfterMs: 0 });
    const abandoned = failureOf(post(url), 100);
    expect(await failureOf(post(url))).toMatchObject({ what: 'PROXY_TIMEOUT', mayHaveTakenEffect: false });
    expect(await abandoned).toMatchObject({ mayHaveTakenEffect: false });
    expect(connections).toEqual([]);
    // Neither the request that waited nor the one that was given up leaves a connection to the proxy.
    await vi.waitFor(() => expect(open()).toBe(0), 60_000);
  });

  it('cannot have taken effect if there is no proxy', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url } = await byteServer({ handshakeAfterMs: 0 });
    expect(await failureOf(post(url))).toMatchObject({ what: 'ECONNREFUSED', mayHaveTakenEffect: false });
  });

  it.each([
    ['another kind of proxy', 'socks5://127.0.0.1:1'],
    ['a proxy over TLS', 'https://127.0.0.1:1'],
    ['a password with a %', 'http://me:100%@127.0.0.1:1'],
  ])('cannot have taken effect if the environment names %s', async (_, proxyUrl) => {
    vi.stubEnv('HTTPS_PROXY', proxyUrl);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url } = await byteServer({ handshakeAfterMs: 0 });
    expect(await failureOf(post(url))).toMatchObject({ what: 'PROXY_INVALID', mayHaveTakenEffect: false });
  });
});
