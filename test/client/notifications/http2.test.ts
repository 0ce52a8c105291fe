import { once } from 'node:events';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { fastifyPlugin } from '../../../client/notifications/index.js';
import { listOf, merchant, newTestReceiver, REFUSED, v2Notification, v3Notification } from './fixtures.js';

const PATH = '/wechatpay/notifications';

async function session(): Promise<ClientHttp2Session> {
  const { receiver } = newTestReceiver(listOf(await merchant()));
  const app = fastify({ http2: true });
  onTestFinished(() => app.close());
  await app.register(fastifyPlugin, { receiver, path: PATH });
  const client = connect(await app.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => client.destroy());
  return client;
}

interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

async function post(client: ClientHttp2Session, { headers = {}, body }: Sending) {
  const stream = client.request({ ...headers, ':method': 'POST', ':path': PATH });
  stream.end(body);
  const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return { status: answered[':status'], body: Buffer.concat(pieces).toString(), connection: answered.connection };
}

it('takes notifications over HTTP/2, and a refusal keeps the connection: HTTP/2 has no header to end it', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const client = await session();
  const { headers, body } = await v3Notification();
  const refused = { status: REFUSED.v3.status, body: REFUSED.v3.body, connection: undefined };
  expect(await post(client, { headers: { ...headers, 'wechatpay-nonce': 'another' }, body })).toEqual(refused);
  expect(await post(client, { headers, body: 'x'.repeat(70_000) })).toEqual(refused);
  expect(await post(client, v2Notification({ sign: 'A' }))).toMatchObject({ status: 200, body: REFUSED.v2.body });
  expect(await post(client, { headers, body })).toMatchObject({ status: 204 });
  expect(client.closed).toBe(false);
  // Node warns of a header that HTTP/2 forbids, and leaves it out.
  expect(warnings).toEqual([]);
});
