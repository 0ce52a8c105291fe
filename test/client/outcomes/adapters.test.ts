import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  MAX_OUTCOME_BYTES,
  type OutcomeOptions,
  outcomeHandler,
  outcomeHonoHandler,
  outcomePlugin,
  OutcomeSecretsError,
  outcomeWebHandler,
  type ReceivedOutcome,
  type VerifiedOutcome,
} from '../../../client/outcomes/index.js';
import { listening } from '../../support/listening.js';
import { deferred } from '../notifications/fixtures.js';
import { begin, restOf, sent } from '../notifications/sockets.js';
import { OTHER_SECRET, PAID, posted, SECRET } from './fixtures.js';

const PATH = '/wechatpay/outcomes';
const HEAD = `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
const REFUSED = '{"code":"FAIL","message":"The event was refused."}';

/** Services whose other routes have their bodies parsed, and their ports. */
const SERVICES: Readonly<Record<string, (options: OutcomeOptions) => Promise<number>>> = {
  node: (options) => listening(createServer(outcomeHandler(options)).listen(0, '127.0.0.1')),
  express: (options) => {
    const app = express();
    app.all(PATH, outcomeHandler(options));
    app.use(express.json());
    return listening(app.listen(0, '127.0.0.1'));
  },
  fastify: async (options) => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.register(outcomePlugin, { path: PATH, ...options });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as AddressInfo).port;
  },
  hono: (options) => {
    const app = new Hono();
    app.all(PATH, outcomeHonoHandler(options));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
  },
};

async function open(name: string, handle: (event: VerifiedOutcome) => unknown = () => undefined) {
  const received: ReceivedOutcome[] = [];
  const events: VerifiedOutcome[] = [];
  const port = await SERVICES[name]?.({
    secrets: SECRET,
    handle: (event) => {
      events.push(event);
      return handle(event);
    },
    observe: (each) => received.push(each),
  });
  if (port === undefined) throw new Error(`there is no service with ${name}`);
  return { port, events, received, post: (what: Parameters<typeof sent>[2]) => sent(port, PATH, what) };
}

describe.each(Object.keys(SERVICES))('a checkout with %s', (name) => {
  it('handles an event, and then answers with success', async () => {
    const stored = deferred<undefined>();
    const { post, events, received } = await open(name, () => stored.promise);
    const answer = post(posted(PAID));
    await expect.poll(() => events).toEqual([PAID]);
    expect(received).toEqual([]);
    stored.end(undefined);
    expect(await answer).toMatchObject({ status: 204, body: '' });
    expect(received).toEqual([{ result: 'handled', event: PAID }]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('SHOP-1 is locked');
      },
    ],
    ['rejects', () => Promise.reject(new Error('SHOP-1 is locked'))],
  ])('answers with failure if handling %s, and does not say why', async (_, handle) => {
    const { post, received } = await open(name, handle);
    const body = '{"code":"FAIL","message":"The event was not handled."}';
    expect(await post(posted(PAID))).toMatchObject({ status: 500, body });
    expect(received).toMatchObject([{ result: 'not-handled', event: PAID, error: { message: 'SHOP-1 is locked' } }]);
  });

  it('answers all that is not verified with the same refusal, and handles none of it', async () => {
    const { post, events, received } = await open(name);
    const { headers, body } = posted(PAID);
    const { 'webhook-id': _, ...withoutId } = headers;
    const refused = [
      posted(PAID, { secrets: [OTHER_SECRET] }),
      posted(PAID, { secondsAgo: 310 }),
      posted(PAID, { secondsAgo: -310 }),
      posted(PAID, { id: 'evt_9' }),
      posted('{}'),
      { headers: withoutId, body },
    ];
    for (const each of refused) expect(await post(each)).toMatchObject({ status: 400, body: REFUSED });
    const reasons = ['wrong-signature', 'too-old', 'too-early', 'id-differs', 'not-an-event', 'unsigned'];
    expect(received.map(({ result }) => result)).toEqual(reasons);
    expect(events).toEqual([]);
  });

  it.each([
    ['another content type', { 'content-type': 'text/plain' }, 'not-json'],
    ['a compressed body', { 'content-encoding': 'gzip' }, 'encoded'],
  ])('answers 415 to %s', async (_, changes, result) => {
    const { post, received } = await open(name);
    const { headers, body } = posted(PAID);
    expect(await post({ headers: { ...headers, ...changes }, body })).toMatchObject({ status: 415 });
    expect(received).toEqual([{ result }]);
  });

  it('takes a body of 64 KB, and answers 413 to one byte more', async () => {
    const { post, received } = await open(name);
    const padded = (length: number): string => JSON.stringify(PAID).padEnd(length, ' ');
    expect(await post(posted(padded(MAX_OUTCOME_BYTES), { id: PAID.id }))).toMatchObject({ status: 204 });
    expect(await post(posted(padded(MAX_OUTCOME_BYTES + 1), { id: PAID.id }))).toMatchObject({ status: 413 });
    expect(received).toMatchObject([{ result: 'handled' }, { result: 'too-large' }]);
  });

  it('reads nothing of a body that is too long by its Content-Length', async () => {
    const { port } = await open(name);
    const answer = await restOf(await begin(port, `${HEAD}content-length: 100000000\r\n\r\n{`));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('takes only POST', async () => {
    const { post, events } = await open(name);
    const { status } = await post({ method: 'PUT', headers: posted(PAID).headers, body: posted(PAID).body });
    // Fastify has no such route.
    expect(status).toBe(name === 'fastify' ? 404 : 405);
    expect(events).toEqual([]);
  });
});

describe('an adapter', () => {
  it.each([
    ['outcomeHandler', outcomeHandler],
    ['outcomeWebHandler', outcomeWebHandler],
    ['outcomeHonoHandler', outcomeHonoHandler],
  ])('%s refuses malformed secrets at once', (_, adapter) => {
    expect(() => adapter({ secrets: 'secret', handle: () => undefined })).toThrow(OutcomeSecretsError);
  });

  it('outcomePlugin refuses malformed secrets before the service is ready', async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.register(outcomePlugin, { path: PATH, secrets: [], handle: () => undefined });
    await expect(app.ready()).rejects.toThrow(OutcomeSecretsError);
  });

  it('says that a body parser came first, and asks for the event again', async () => {
    const received: ReceivedOutcome[] = [];
    const app = express();
    app.use(express.json());
    const observe = (each: ReceivedOutcome): void => void received.push(each);
    app.post(PATH, outcomeHandler({ secrets: SECRET, handle: () => undefined, observe }));
    const port = await listening(app.listen(0, '127.0.0.1'));
    expect(await sent(port, PATH, posted(PAID))).toMatchObject({ status: 500 });
    expect(received).toEqual([{ result: 'body-parsed' }]);
  });

  it('warns of what could not be handled if nobody observes', async () => {
    const warnings: { code?: string; detail?: string }[] = [];
    const listen = (warning: object): void => void warnings.push(warning);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    const handler = outcomeWebHandler({ secrets: SECRET, handle: () => Promise.reject(new Error('no disk')) });
    const { status } = await handler(new Request(`http://localhost${PATH}`, { method: 'POST', ...posted(PAID) }));
    expect(status).toBe(500);
    await expect
      .poll(() => warnings)
      .toMatchObject([{ code: 'WXPAY_OUTCOME_NOT_HANDLED', detail: expect.stringContaining('no disk') }]);
  });

  it('warns once a minute that no secret made a signature if nobody observes', async () => {
    const warnings: { code?: string; message?: string }[] = [];
    const listen = (warning: object): void => void warnings.push(warning);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const handler = outcomeWebHandler({ secrets: other, handle: () => undefined });
    for (let posts = 0; posts < 3; posts += 1) {
      const { status } = await handler(new Request(`http://localhost${PATH}`, { method: 'POST', ...posted(PAID) }));
      expect(status).toBe(400);
    }
    await expect.poll(() => warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      code: 'WXPAY_OUTCOME_WRONG_SIGNATURE',
      message: expect.stringContaining('Is it the one that the merchants file of the worker names?'),
    });
  });

  it('does not let a failing observer change the answer', async () => {
    const observe = (): never => {
      throw new Error('no metrics');
    };
    const handler = outcomeWebHandler({ secrets: SECRET, handle: () => undefined, observe });
    const answer = await handler(new Request(`http://localhost${PATH}`, { method: 'POST', ...posted(PAID) }));
    expect(answer.status).toBe(204);
  });
});
