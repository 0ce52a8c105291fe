import { createServer } from 'node:http';
import express, { type RequestHandler } from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  expressHandler,
  fastifyPlugin,
  honoHandler,
  nodeHandler,
  webHandler,
} from '../../../client/notifications/index.js';
import { listening } from '../../support/listening.js';
import { begin, restOf, sent } from './sockets.js';
import {
  LATER,
  listOf,
  merchant,
  newTestReceiver,
  NOT_FOUND,
  REFUSED,
  TAKEN,
  v2Notification,
  v3Notification,
} from './fixtures.js';

async function testReceiver() {
  return newTestReceiver(listOf(await merchant()));
}

/** The codes of the warnings that come until the test ends. */
function warnings(): string[] {
  const codes: string[] = [];
  const listen = (warning: Error): void => void codes.push((warning as { code?: string }).code ?? '');
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  return codes;
}

describe('Express', () => {
  async function behind(middleware: RequestHandler) {
    const { receiver, events } = await testReceiver();
    const app = express();
    app.use(middleware);
    app.post('/notifications', expressHandler(receiver));
    return { port: await listening(app.listen(0, '127.0.0.1')), events };
  }

  it('behind express.json(): the failure answer, an event, and a warning that says what to do', async () => {
    const codes = warnings();
    const { port, events } = await behind(express.json());
    const { status, headers, body } = LATER.v3;
    expect(await sent(port, '/notifications', await v3Notification())).toMatchObject({
      status,
      body,
      type: headers['content-type'],
    });
    expect(events).toMatchObject([{ outcome: 'body-consumed', form: 'v3' }]);
    expect(codes).toEqual(['WXPAY_NOTIFICATION_BODY_CONSUMED']);
  });

  it('behind express.json(), a v2 notification: no parser has touched it', async () => {
    const { port } = await behind(express.json());
    expect(await sent(port, '/notifications', v2Notification())).toMatchObject({ status: 200, body: TAKEN.v2.body });
  });

  it('behind express.raw(): the bytes that it has kept', async () => {
    const { port } = await behind(express.raw({ type: () => true }));
    expect(await sent(port, '/notifications', await v3Notification())).toMatchObject({ status: 204 });
  });

  it('behind a parser that keeps the bytes as rawBody, as NestJS and Firebase do: those bytes', async () => {
    const keep = (request: object, _: unknown, rawBody: Buffer): void => void Object.assign(request, { rawBody });
    const { port } = await behind(express.json({ verify: keep }));
    expect(await sent(port, '/notifications', await v3Notification())).toMatchObject({ status: 204 });
  });

  it('behind express.raw(): a large body is refused', async () => {
    const { port, events } = await behind(express.raw({ type: () => true }));
    const body = Buffer.alloc(65 * 1024, 'x');
    expect(await sent(port, '/notifications', { body })).toMatchObject({ status: REFUSED.v3.status });
    expect(events).toMatchObject([{ outcome: 'too-large' }]);
  });

  it('as middleware: nodeHandler is one too', async () => {
    const { receiver } = await testReceiver();
    const app = express();
    app.use('/notifications', nodeHandler(receiver));
    const port = await listening(app.listen(0, '127.0.0.1'));
    expect(await sent(port, '/notifications', await v3Notification())).toMatchObject({ status: 204 });
  });
});

describe('Fastify', () => {
  it('runs no parser of the application, and leaves them all in place', async () => {
    const { receiver } = await testReceiver();
    const app = fastify();
    onTestFinished(() => app.close());
    app.addContentTypeParser(['application/json', 'text/xml'], { parseAs: 'string' }, (_request, _body, done) =>
      done(null, 'parsed'),
    );
    await app.register(fastifyPlugin, { receiver, path: '/notifications' });
    app.post('/orders', (request) => ({ is: request.body }));
    const { headers, body } = await v3Notification();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(app.listeningOrigin).port);
    expect(await sent(port, '/notifications', { headers, body })).toMatchObject({ status: 204 });
    expect(await sent(port, '/notifications', v2Notification())).toMatchObject({ status: 200, body: TAKEN.v2.body });
    expect(await sent(port, '/orders', { headers, body })).toMatchObject({ body: '{"is":"parsed"}' });
  });

  it('may have a prefix, and be injected into', async () => {
    const { receiver } = await testReceiver();
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(fastifyPlugin, { receiver, path: '/notifications', prefix: '/pay' });
    const { headers, body } = await v3Notification();
    const { statusCode } = await app.inject({ method: 'POST', url: '/pay/notifications', headers, payload: body });
    expect(statusCode).toBe(204);
  });
});

describe('the web handler', () => {
  const url = 'https://checkout.example/notifications';

  async function handled(request: Request) {
    const { receiver, events } = await testReceiver();
    const { status, headers, body } = await webHandler(receiver)(request);
    return {
      status,
      type: headers.get('content-type'),
      body: body === null ? null : await new Response(body).text(),
      events,
    };
  }

  it('answers 204 without a body', async () => {
    const { headers, body } = await v3Notification();
    const answer = await handled(new Request(url, { method: 'POST', headers, body: new Uint8Array(body) }));
    expect(answer).toMatchObject({ status: 204, body: null });
  });

  it('answers 405 to what is not posted, in the form of the protocol', async () => {
    const answer = await handled(new Request(url));
    expect(answer).toEqual({
      status: 405,
      type: 'application/json; charset=utf-8',
      body: '{"code":"FAIL","message":"Use POST."}',
      events: [],
    });
  });

  it('refuses a request without a body', async () => {
    const { status, events } = await handled(new Request(url, { method: 'POST' }));
    expect({ status, events }).toMatchObject({ status: 400, events: [{ outcome: 'malformed' }] });
  });

  it.each(['read', 'locked'])('reports a body that is %s', async (how) => {
    const { headers, body } = await v3Notification();
    const request = new Request(url, { method: 'POST', headers, body: new Uint8Array(body) });
    if (how === 'read') await request.text();
    else request.body?.getReader();
    const answer = await handled(request);
    expect(answer).toMatchObject({ status: 503, events: [{ outcome: 'body-consumed' }] });
  });

  it('cancels a stream that is stuck', async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        isCancelled = true;
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    const { events } = await handled(new Request(url, init));
    expect(events).toMatchObject([{ outcome: 'too-slow' }]);
    expect(isCancelled).toBe(true);
  });

  it('reads the merchant number in the address', async () => {
    const { receiver, events } = await testReceiver();
    const handle = webHandler(receiver, {
      mchid: (request) => new URL(request.url).searchParams.get('of') ?? undefined,
    });
    const { headers, body } = await v3Notification();
    await handle(new Request(`${url}?of=1`, { method: 'POST', headers, body: new Uint8Array(body) }));
    expect(events).toMatchObject([{ outcome: 'unknown-merchant' }]);
  });
});

describe('Hono', () => {
  it('reports a body that a middleware has read', async () => {
    const { receiver, events } = await testReceiver();
    const app = new Hono();
    app.use(async (context, next) => {
      await context.req.text();
      await next();
    });
    app.post('/notifications', honoHandler(receiver));
    const { headers, body } = await v3Notification();
    const { status } = await app.request('/notifications', { method: 'POST', headers, body: new Uint8Array(body) });
    expect(status).toBe(503);
    expect(events).toMatchObject([{ outcome: 'body-consumed' }]);
  });
});

describe('node:http', () => {
  it('answers 405 to what is not posted', async () => {
    const { receiver, events } = await testReceiver();
    const port = await listening(createServer(nodeHandler(receiver)).listen(0, '127.0.0.1'));
    expect(await sent(port, '/', { method: 'GET' })).toMatchObject({ status: 405 });
    expect(events).toEqual([]);
  });

  it.each(['//', '/?of=%'])('refuses what comes to an address that cannot be read: %s', async (path) => {
    const { receiver, events } = await testReceiver();
    const mchid = ({ url = '' }: { readonly url?: string | undefined }): string =>
      decodeURIComponent(new URL(url).search);
    const port = await listening(createServer(nodeHandler(receiver, { mchid })).listen(0, '127.0.0.1'));
    expect(await sent(port, path, await v3Notification())).toMatchObject({ status: 404, body: NOT_FOUND.body });
    expect(events).toMatchObject([{ outcome: 'wrong-path' }]);
  });

  it('sends nothing if another handler has answered already', async () => {
    const { receiver, events } = await testReceiver();
    const handle = nodeHandler(receiver);
    const server = createServer((request, response) => {
      handle(request, response);
      response.writeHead(500).write('too ');
      void vi.waitFor(() => expect(events).toHaveLength(1), 60_000).then(() => response.end('late'));
    });
    const answer = await sent(await listening(server.listen(0, '127.0.0.1')), '/', await v3Notification());
    expect(answer).toMatchObject({ status: 500, body: 'too late' });
  });

  it('does not destroy a request that it does not read to its end', async () => {
    const { receiver } = await testReceiver();
    const handle = nodeHandler(receiver);
    const addresses: unknown[] = [];
    const server = createServer((request, response) => {
      response.on('finish', () => addresses.push(request.socket?.remoteAddress));
      handle(request, response);
    });
    const port = await listening(server.listen(0, '127.0.0.1'));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    await restOf(
      await begin(port, `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`),
    );
    expect(addresses).toEqual(['127.0.0.1']);
  });
});
