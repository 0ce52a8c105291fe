import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { News } from '../../domain/outcome/telling.js';
import { MAX_ANSWER_BYTES } from '../../wechatpay/http.js';
import type { OutcomeEndpoint } from '../../wechatpay/merchant.js';
import { eventOf, isWebhookSecret, webhookSigner } from '../../wechatpay/webhook-signature.js';
import { postEvent } from '../../wechatpay/webhook.js';
import { event } from '../support/deliveries.js';
import { listening } from '../support/listening.js';
import { START } from '../support/orders.js';

const secretOf = (bytes: number, fill = 7): string => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const SECRET = secretOf(32);
const NEW_SECRET = secretOf(32, 8);

interface Post {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps each post. It ends with the test. */
async function checkoutThat(answer: (response: ServerResponse) => unknown, secrets: readonly string[] = [SECRET]) {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      posts.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  const url = new URL(`http://127.0.0.1:${await listening(server.listen(0, '127.0.0.1'))}/outcomes?shop=1`);
  const endpoint: OutcomeEndpoint = { url, key: '0123456789ab', wants: () => true, sign: webhookSigner(secrets) };
  return { posts, endpoint };
}

const status = (code: number, headers: Record<string, string> = {}) => {
  return (response: ServerResponse) => response.writeHead(code, headers).end('no');
};

const verifiedBy = (secret: string, { headers, body }: Post): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

describe('a post of an event', () => {
  it('has the event as its body, and the headers of Standard Webhooks', async () => {
    const { posts, endpoint } = await checkoutThat(status(204));
    const before = Math.floor(Date.now() / 1000);
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: true });
    const [post] = posts;
    expect(posts).toHaveLength(1);
    expect(post).toMatchObject({
      method: 'POST',
      path: '/outcomes?shop=1',
      headers: {
        'content-type': 'application/json',
        'user-agent': expect.stringContaining('wechatpay-order-lifecycle'),
        'webhook-id': event(0).id,
      },
    });
    expect(JSON.parse(post?.body ?? '')).toEqual(event(0));
    const at = Number(post?.headers['webhook-timestamp']);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('is signed so that the library and a few lines of a hash verify it', async () => {
    const { posts, endpoint } = await checkoutThat(status(200));
    await postEvent(endpoint, event(0));
    const [post] = posts;
    if (post === undefined) throw new Error('nothing was posted');
    expect(verifiedBy(SECRET, post)).toEqual(event(0));
    const signed = `${String(post.headers['webhook-id'])}.${String(post.headers['webhook-timestamp'])}.${post.body}`;
    const hash = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
    expect(post.headers['webhook-signature']).toBe(`v1,${hash}`);
    expect(() => verifiedBy(NEW_SECRET, post)).toThrow(WebhookVerificationError);
    expect(() => verifiedBy(SECRET, { ...post, body: post.body.replace('closed', 'paid') })).toThrow(
      WebhookVerificationError,
    );
  });

  it('is signed with both secrets while one is being changed, and either verifies it', async () => {
    const { posts, endpoint } = await checkoutThat(status(200), [NEW_SECRET, SECRET]);
    await postEvent(endpoint, event(0));
    const [post] = posts;
    if (post === undefined) throw new Error('nothing was posted');
    for (const secret of [SECRET, NEW_SECRET]) expect(verifiedBy(secret, post)).toEqual(event(0));
    expect(String(post.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it.each([200, 201, 202, 204, 299])('is taken by %i', async (code) => {
    const { endpoint } = await checkoutThat(status(code));
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: true });
  });

  it.each([301, 302, 307, 308])('follows no redirect: %i does not take it', async (code) => {
    const other = await checkoutThat(status(204));
    const { posts, endpoint } = await checkoutThat(status(code, { location: other.endpoint.url.href }));
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: false, said: `HTTP_${code}`, isGone: false });
    expect([posts.length, other.posts.length]).toEqual([1, 0]);
  });

  it.each([304, 400, 401, 404, 429, 500, 503])('is not taken by %i, and is not posted again', async (code) => {
    const { posts, endpoint } = await checkoutThat(status(code));
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: false, said: `HTTP_${code}`, isGone: false });
    expect(posts).toHaveLength(1);
  });

  it('is never to be posted again where 410 is answered', async () => {
    const { endpoint } = await checkoutThat(status(410));
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: false, said: 'HTTP_410', isGone: true });
  });

  it('is given up when the server hangs, before its answer or in it', async () => {
    const hangs = [() => undefined, (response: ServerResponse) => response.writeHead(200).write('o')];
    for (const hang of hangs) {
      const { endpoint } = await checkoutThat(hang);
      const result = await postEvent(endpoint, event(0), 100);
      expect(result).toEqual({ ok: false, said: 'no answer within 100 ms', isGone: false });
    }
  });

  it('is given up when the answer is longer than any', async () => {
    const { endpoint } = await checkoutThat((response) => response.end(Buffer.alloc(4 * MAX_ANSWER_BYTES)));
    const result = await postEvent(endpoint, event(0));
    expect(result).toEqual({ ok: false, said: `the answer passed ${MAX_ANSWER_BYTES} bytes`, isGone: false });
  });

  it('says why there is no server, and nothing of the URL or of a secret', async () => {
    const { endpoint } = await checkoutThat((response) => response.socket?.destroy());
    expect(await postEvent(endpoint, event(0))).toEqual({ ok: false, said: 'ECONNRESET', isGone: false });
    const nowhere = { ...endpoint, url: new URL('http://127.0.0.1:1/token-of-the-shop') };
    const refused = await postEvent(nowhere, event(0));
    expect(refused).toEqual({ ok: false, said: 'ECONNREFUSED', isGone: false });
    expect(JSON.stringify({ ...endpoint, ...nowhere })).not.toContain(SECRET.slice('whsec_'.length));
  });
});

describe('a secret', () => {
  it.each([24, 25, 26, 32, 63, 64])('of %i bytes is one', (bytes) => {
    expect(isWebhookSecret(`whsec_${randomBytes(bytes).toString('base64')}`)).toBe(true);
  });

  it.each([
    ['too short', secretOf(23)],
    ['too long', secretOf(65)],
    ['without its beginning', SECRET.slice('whsec_'.length)],
    ['in base64url', `whsec_${Buffer.alloc(33, 0xff).toString('base64url')}`],
    ['without its padding', SECRET.replace('=', '')],
    ['with a line break', `${SECRET}\n`],
    ['with a second one', `${SECRET} ${NEW_SECRET}`],
    ['that is no base64', `whsec_${'*'.repeat(44)}`],
    ['that is empty', ''],
  ])('is none if it is %s', (_, text) => {
    expect(isWebhookSecret(text)).toBe(false);
  });
});

describe('the event that a workflow tells', () => {
  const WORKFLOW = 'order/1900000109/SHOP-1';
  const news: News = {
    type: 'order.closed',
    data: {
      order: { mchid: '1900000109', outTradeNo: 'SHOP-1' },
      outcome: { ended: 'closed', closeSent: 'yes' },
    },
    sequence: START + 1,
    occurredAt: START,
    mark: '',
  };

  it('is the news, with its id, its time and who tells it, and without its mark', () => {
    expect(eventOf(WORKFLOW, { news, life: 'run-1' })).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      type: 'order.closed',
      sequence: START + 1,
      occurredAt: new Date(START).toISOString(),
      workflowId: WORKFLOW,
      data: news.data,
    });
  });

  it('has the same id when the same is told again, and another for anything else', () => {
    const idOf = (workflowId: string, life: string, changes: Partial<News> = {}): string =>
      eventOf(workflowId, { news: { ...news, ...changes }, life }).id;
    const id = idOf(WORKFLOW, 'run-1');
    expect(idOf(WORKFLOW, 'run-1', { sequence: START + 9, occurredAt: START + 9 })).toBe(id);
    const others = [
      idOf('order/1900000109/SHOP-2', 'run-1'),
      idOf(WORKFLOW, 'run-2'),
      idOf(WORKFLOW, 'run-1', { type: 'order.paid' }),
      idOf(WORKFLOW, 'run-1', { mark: '4200000001' }),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
    // A payment is one event, also of a workflow that was started anew.
    const paid = { type: 'order.paid', mark: 'payment 4200000001' } as const;
    expect(idOf(WORKFLOW, 'run-1', paid)).toBe(idOf(WORKFLOW, 'run-2', paid));
    expect(idOf(WORKFLOW, 'run-1', paid)).not.toBe(idOf(WORKFLOW, 'run-1', { ...paid, mark: 'payment 4200000002' }));
  });
});
