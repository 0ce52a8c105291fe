import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AlreadyEndedError,
  CallFailedError,
  InvalidOrderError,
  NoOutcomeError,
  NoServerError,
  NoWorkerError,
  OrderNotFoundError,
  OtherEncodingError,
  type OrderClientError,
} from '../../../client/index.js';
import type { Clients } from '../../../http/api/operations.js';
import { PROBLEMS, problemOf } from '../../../http/api/problems.js';
import { logRequests } from '../../../http/api/metrics.js';
import { pathOf, serving } from './serving.js';

const ORDER = pathOf({ mchid: '1900000109', outTradeNo: 'API-1' });
const START = { api: 'v3-global', amount: { total: 1, currency: 'HKD' }, payWithin: '15m' };
const CANCEL = { serviceId: '500001', appid: 'wx8888888888888888', request: { requestId: 'r', reason: 'r' } };

/** Clients whose calls all end in one way. */
function clientsThat(call: () => Promise<unknown>): Clients {
  const serviceOrders = { requestCancel: call, serviceOrder: () => ({ state: call }) };
  const orders = { start: call, order: () => ({ state: call, checkNow: call, closeNow: call }) };
  return { orders, serviceOrders } as unknown as Clients;
}

/** Sends some bytes on a connection of its own, and returns what comes back until it is closed. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('a request that is refused by itself', () => {
  it.each([
    ['GET /', 404, 'not-found'],
    ['GET /v1', 404, 'not-found'],
    ['POST /v1/merchants/1/orders/A/resolve', 404, 'not-found'],
    [`GET ${ORDER}/`, 404, 'not-found'],
    ['GET /v1/merchants/1/orders/%zz', 404, 'not-found'],
    [`DELETE ${ORDER}`, 405, 'method-not-allowed'],
    [`POST ${ORDER}`, 405, 'method-not-allowed'],
    [`GET ${ORDER}/check`, 405, 'method-not-allowed'],
    ['POST /openapi.json', 405, 'method-not-allowed'],
    ['OPTIONS /v1/merchants/1/outcomes', 405, 'method-not-allowed'],
  ])('%s is %d %s', async (request, status, code) => {
    const { url } = await serving({});
    const [method = '', path = ''] = request.split(' ');
    const answer = await fetch(url + path, { method });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toEqual({
      type: `urn:wechatpay-order-lifecycle:problem:${code}`,
      title: PROBLEMS[code as keyof typeof PROBLEMS].title,
      status,
      detail: expect.any(String),
      code,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.has('allow')).toBe(status === 405);
  });

  it.each([
    ['PATCH', ORDER, 405, 'application/json', '{'],
    ['PATCH', ORDER, 405, 'text/xml', '<order/>'],
    ['PATCH', ORDER, 405, 'application/json', `"${'x'.repeat(20_000)}"`],
    ['POST', '/v1/nowhere', 404, 'application/json', '{'],
    ['POST', '/v1/nowhere', 404, 'text/xml', '<order/>'],
  ])('is no operation, whatever its body is: %s %s, %d', async (method, path, status, type, body) => {
    const { url, events } = await serving({});
    const answer = await fetch(url + path, { method, headers: { 'content-type': type }, body });
    expect(await answer.json()).toMatchObject({ status, code: status === 405 ? 'method-not-allowed' : 'not-found' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'PUT, GET' : null);
    await expect.poll(() => events.at(-1)).toMatchObject({ operation: 'none', status });
  });

  it('names the methods that a path has', async () => {
    const { url } = await serving({});
    expect((await fetch(url + ORDER, { method: 'DELETE' })).headers.get('allow')).toBe('PUT, GET');
    expect((await fetch(`${url}${ORDER}/close`)).headers.get('allow')).toBe('POST');
  });

  it.each([
    ['nothing', undefined, 400, 'invalid-order'],
    ['no JSON', '{"api":', 400, 'malformed'],
    ['no object', '[]', 400, 'invalid-order'],
    ['null', 'null', 400, 'invalid-order'],
    ['a prototype', '{"__proto__":{}}', 400, 'malformed'],
    ['17 KiB', `"${'x'.repeat(17 * 1024)}"`, 413, 'too-large'],
  ])('a body that is %s', async (_, body, status, code) => {
    const { ask } = await serving({});
    expect(await ask(`PUT ${ORDER}`, { body })).toMatchObject({ status, body: { code } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'foo'])(
    'a body of the type %s',
    async (type) => {
      const { ask } = await serving({});
      expect(await ask(`POST ${ORDER}/close`, { body: '{}', headers: { 'content-type': type } })).toMatchObject({
        status: 415,
        body: { code: 'unsupported-media-type' },
      });
    },
  );

  it.each([
    `GET /v1/merchants/x/orders/A`,
    `GET /v1/merchants/1/orders/a%20b`,
    `GET /v1/merchants/1/orders/a%2Fb`,
    `GET /v1/merchants/1/orders/${'A'.repeat(2_000)}`,
    `GET /v1/merchants//orders/A`,
    `GET /v1/merchants/1/orders/A?subMchid=x`,
    `GET /v1/merchants/1/orders/A?subMchid=1&subMchid=2`,
    `GET /v1/merchants/1/service-orders/A@1`,
  ])('%s', async (request) => {
    const { url } = await serving({});
    const answer = await fetch(url + (request.split(' ')[1] ?? ''));
    expect(await answer.json()).toMatchObject({ status: 400, code: 'invalid-order' });
  });

  it('that is no HTTP is answered and its connection ended', async () => {
    const { url } = await serving({});
    const answer = await raw(url, 'hello\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"malformed"/);
  });

  it('that is no HTTP does not get the answer of the request before it', async () => {
    let answer: (value: object) => void = () => undefined;
    const { url } = await serving(clientsThat(() => new Promise((resolve) => (answer = resolve))));
    const begun = `GET ${ORDER} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
    expect(await raw(url, `${begun}NO HTTP\r\n\r\n`)).toBe('');
    answer({});
  });

  it.each([
    [
      'not in UTF-8',
      Buffer.from([...Buffer.from('{"code":"'), 0xb2, 0xbb, ...Buffer.from('"}')]),
      'application/json',
      400,
    ],
    ['said to be of another charset', Buffer.from('{}'), 'application/json; charset=gbk', 415],
    ['said to be UTF-8', Buffer.from('{"code":"x y"}'), 'application/json; charset="UTF-8"', 400],
  ])('with a body that is %s', async (_, body, type, status) => {
    const { url } = await serving({});
    const answer = await fetch(`${url}${ORDER}/placement-failed`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(status);
    const { code } = (await answer.json()) as { readonly code: string };
    expect(code).toBe(status === 415 ? 'unsupported-media-type' : type.includes('UTF') ? 'invalid-order' : 'malformed');
  });

  it('without a body has none of its fields; where none is needed, it is taken', async () => {
    const { ask } = await serving(clientsThat(() => Promise.resolve({ closesAt: 'x' })));
    const needed = expect.arrayContaining([{ field: 'code', rule: 'is needed' }]) as unknown;
    expect(await ask(`POST ${ORDER}/placement-failed`)).toMatchObject({ status: 400, body: { faults: needed } });
    const { url } = await serving(clientsThat(() => Promise.resolve({})));
    for (const path of ['/check', '/close'])
      for (const headers of [{}, { 'content-type': 'application/json' }])
        expect((await fetch(url + ORDER + path, { method: 'POST', headers })).status).toBe(200);
  });

  it('with a field of its body that stands in the URL', async () => {
    const { ask } = await serving({});
    const faults = [{ field: 'mchid', value: '"1900000109"', rule: 'stands in the URL, and not in the body' }];
    const body = { ...START, mchid: '1900000109' };
    expect(await ask(`PUT ${ORDER}`, { body })).toMatchObject({ status: 400, body: { faults } });
  });

  it('with a field, where none is taken', async () => {
    const { ask } = await serving({});
    const unknown = [{ field: 'x', value: '1', rule: 'is not a known field; check its spelling' }];
    expect(await ask(`POST ${ORDER}/check`, { body: { x: 1 } })).toMatchObject({
      status: 400,
      body: { faults: unknown },
    });
  });

  it('that does not arrive is answered after 10 s', { timeout: 20_000 }, async () => {
    const { url, events } = await serving({});
    events.length = 0;
    const head = `PUT ${ORDER} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`;
    expect(await raw(url, head)).toMatch(/^HTTP\/1\.1 408 [\s\S]*x-request-id: [\s\S]*"code":"timeout"/);
    const timedOut = expect.objectContaining({ operation: 'startOrder', status: 408, code: 'timeout' }) as unknown;
    await expect.poll(() => events).toEqual([timedOut]);
  });
});

describe('an error of the client', () => {
  const ID = 'order/1900000109/API-1';
  const all: readonly (readonly [OrderClientError, number, request: string])[] = [
    [new InvalidOrderError([{ field: 'request', value: undefined, rule: 'comes too late' }]), 400, `PUT ${ORDER}`],
    [new AlreadyEndedError(ID, { ended: 'done' }, '2026-01-01T00:00:00Z'), 409, 'cancel'],
    [new OrderNotFoundError(ID), 404, `GET ${ORDER}`],
    [new NoOutcomeError(ID, 'terminated'), 409, `POST ${ORDER}/close`],
    [new NoWorkerError(ID, 10_000), 503, `GET ${ORDER}`],
    [new NoServerError(ID, 10_000), 503, `PUT ${ORDER}`],
    [new CallFailedError(ID, 'denied', new Error('cause')), 502, `PUT ${ORDER}`],
    [new OtherEncodingError(ID, 'q', { ours: 'json/plain', theirs: ['binary/encrypted'] }), 502, `PUT ${ORDER}`],
  ];

  it.each(all)('%s keeps its code, as %d', async (error, status, request) => {
    const { ask, events } = await serving(clientsThat(() => Promise.reject(error)));
    const bodies = { PUT: START, POST: {}, GET: undefined };
    const said =
      request === 'cancel'
        ? await ask('POST /v1/merchants/1900000109/service-orders/A/cancel', { body: CANCEL })
        : await ask(request, { body: bodies[request.split(' ', 1)[0] as keyof typeof bodies] });
    // What the client says names calls that HTTP does not have, unless it says what is wrong.
    const isTold = ['invalid-order', 'call-failed'].includes(error.code);
    const detail = isTold ? error.message : PROBLEMS[error.code].todo;
    expect(said).toMatchObject({
      status,
      body: { code: error.code, detail: expect.stringContaining(detail) as unknown },
    });
    expect(events.at(-1)).toMatchObject({ status, code: error.code, mchid: '1900000109', by: 'anybody' });
  });

  it('has a row in the table of problems, each of them', () => {
    expect(all.map(([error]) => problemOf(error).problem.code).sort()).toEqual(all.map(([{ code }]) => code).sort());
  });

  it('that is none tells nothing: its message may hold what is secret', async () => {
    const { ask, events } = await serving(clientsThat(() => Promise.reject(new TypeError('api key 1234'))));
    const said = await ask(`GET ${ORDER}`);
    expect(said).toMatchObject({ status: 500, body: { code: 'unexpected' } });
    expect(JSON.stringify([said.body, events])).not.toContain('1234');
    // Whoever reads the log finds the place.
    expect(events.at(-1)?.reason).toMatch(/^TypeError\n +at .*refusals\.test/);
  });

  it('has a line of its own in the log if it is unexpected; what Temporal says is in the line of its refusal', () => {
    const lines: object[] = [];
    const write = (_: string, attributes?: object): void => void lines.push({ ...attributes });
    const log = logRequests({ debug: write, info: write, warn: write });
    const event = { operation: 'orderState', by: 'a', mchid: '1', millis: 1 } as const;
    for (const requestId of ['1', '2'])
      log({ ...event, status: 500, code: 'unexpected', reason: 'TypeError\n at x', requestId });
    for (const requestId of ['3', '4'])
      log({ ...event, status: 502, code: 'call-failed', reason: 'denied', requestId });
    expect(lines).toEqual([
      expect.objectContaining({ requestId: '1', reason: 'TypeError\n at x' }),
      expect.objectContaining({ requestId: '2' }),
      expect.objectContaining({ requestId: '3', reason: 'denied' }),
    ]);
  });
});

describe('too many requests at once', () => {
  it('are refused with Retry-After; those that wait for a worker leave room for a start', async () => {
    const releases: (() => void)[] = [];
    const waits = () => new Promise((resolve) => releases.push(() => resolve({ handle: {}, isNew: true })));
    const { ask } = await serving(clientsThat(waits), { places: { server: 1, worker: 2, feed: 1 } });
    const waiting = [ask(`GET ${ORDER}`).catch(() => 0), ask(`GET ${ORDER}`).catch(() => 0)];
    await expect.poll(() => releases.length).toBe(2);
    const busy = await ask(`POST ${ORDER}/check`);
    expect(busy).toMatchObject({ status: 503, body: { code: 'busy' } });
    expect(busy.headers.get('retry-after')).toBe('1');
    const start = ask(`PUT ${ORDER}`, { body: START }).catch(() => 0);
    await expect.poll(() => releases.length).toBe(3);
    expect(await ask(`PUT ${ORDER}`, { body: START })).toMatchObject({ status: 503, body: { code: 'busy' } });
    for (const release of releases) release();
    await Promise.all([...waiting, start]);
    // The places are free again.
    const next = ask(`GET ${ORDER}`).catch(() => 0);
    await expect.poll(() => releases.length).toBe(4);
    releases.at(-1)?.();
    await next;
  });
});

describe('the id of a request', () => {
  it('is passed on, if it can be logged, and else is made', async () => {
    const { ask, events } = await serving({});
    const send = async (id?: string) =>
      (await ask(`GET ${ORDER}?x=1`, id === undefined ? {} : { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    expect(await send('checkout-7:42')).toBe('checkout-7:42');
    for (const id of [undefined, 'a b', 'x'.repeat(129)]) expect(await send(id)).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(() => events.some(({ requestId }) => requestId === 'checkout-7:42')).toBe(true);
  });
});
