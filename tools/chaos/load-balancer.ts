import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyOf } from './recording-proxy.js';

/** How long a receiver may take to answer a notification. Milliseconds. */
const ANSWER_WITHIN_MS = 5_000;

/** Forwards each notification to one of the receivers that run. WeChat Pay knows one address only. */
export interface LoadBalancer {
  readonly url: string;
  /** The signatures of the notifications that it forwarded. */
  readonly signatures: ReadonlySet<string>;
  close(): void;
}

/** @param addresses of the receivers, running or not */
export async function startLoadBalancer(addresses: readonly string[]): Promise<LoadBalancer> {
  const signatures = new Set<string>();
  let turn = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const signature = signatureOf(request, body);
      if (signature !== undefined) signatures.add(signature);
      turn += 1;
      for (let tries = 0; tries < addresses.length; tries += 1) {
        const address = addresses[(turn + tries) % addresses.length] ?? '';
        const answer = await forward(address, request, body).catch(() => undefined);
        if (answer === undefined) continue;
        response.writeHead(answer.status).end(answer.text);
        return;
      }
      response.writeHead(502).end();
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechatpay/notifications`;
  return { url, signatures, close: () => void server.close() };
}

async function forward(
  address: string,
  { url = '/', headers }: IncomingMessage,
  body: Buffer,
): Promise<{ readonly status: number; readonly text: string }> {
  const names = ['content-type', 'request-id'];
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    (names.includes(name) || name.startsWith('wechatpay-')) && typeof value === 'string' ? [[name, value]] : [],
  );
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const answer = await fetch(`http://${address}${url}`, {
    method: 'POST',
    headers: kept,
    body: new Uint8Array(body),
    signal,
  });
  return { status: answer.status, text: await answer.text() };
}

function signatureOf({ headers }: IncomingMessage, body: Buffer): string | undefined {
  const { 'wechatpay-signature': signature } = headers;
  if (typeof signature === 'string') return signature;
  return /<sign>(?:<!\[CDATA\[)?([0-9A-F]{32,64})/.exec(body.toString('utf8'))?.[1];
}
