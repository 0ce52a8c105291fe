import { Agent } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MAX_NOTIFICATION_BYTES, type Delivered } from '../../../client/notifications/index.js';
import { begin, restOf, sent, SERVICES } from './sockets.js';
import {
  LATER,
  listOf,
  merchant,
  MCHID,
  newTestReceiver,
  NOT_FOUND,
  deferred,
  REFUSED,
  TAKEN,
  v2Notification,
  v3Notification,
  type TestReceiver,
} from './fixtures.js';

const PATH = '/wechatpay/notifications';
const HEAD = `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;

async function open(
  name: string,
  options?: Parameters<typeof newTestReceiver>[1],
): Promise<TestReceiver & { port: number }> {
  const received = newTestReceiver(listOf(await merchant()), options);
  const port = await SERVICES[name]?.(received.receiver);
  if (port === undefined) throw new Error(`there is no example for ${name}`);
  return { ...received, port };
}

const asSent = ({ status, headers, body }: { status: number; headers: object; body: string }) => ({
  status,
  type: 'content-type' in headers ? headers['content-type'] : undefined,
  body,
});

describe.each(Object.keys(SERVICES))('a service with %s', (name) => {
  it('accepts a v3 and a v2 notification', async () => {
    const { port, facts } = await open(name);
    expect(await sent(port, PATH, await v3Notification())).toMatchObject(asSent(TAKEN.v3));
    expect(await sent(port, PATH, v2Notification())).toMatchObject(asSent(TAKEN.v2));
    expect(facts).toMatchObject([{ api: 'v3-global' }, { api: 'v2' }]);
  });

  it("accepts only a merchant's own notifications at the address of that merchant", async () => {
    const { port, facts } = await open(name);
    expect(await sent(port, `${PATH}/${MCHID}`, await v3Notification())).toMatchObject({ status: 204 });
    expect(await sent(port, `${PATH}/1900000110`, v2Notification())).toMatchObject(asSent(REFUSED.v2));
    expect(await sent(port, `${PATH}/1900000110`, await v3Notification())).toMatchObject(asSent(REFUSED.v3));
    expect(facts).toHaveLength(1);
  });

  it('accepts a notification at an address with a / at its end', async () => {
    const { port, facts } = await open(name);
    expect(await sent(port, `${PATH}/`, v2Notification())).toMatchObject(asSent(TAKEN.v2));
    expect(await sent(port, `${PATH}/${MCHID}/`, await v3Notification())).toMatchObject({ status: 204 });
    expect(await sent(port, `${PATH}/1900000110/`, await v3Notification())).toMatchObject(asSent(REFUSED.v3));
    expect(facts).toMatchObject([{ api: 'v2' }, { api: 'v3-global' }]);
  });

  it('answers 404 at an address with a wrong merchant number, and reports it to the observer', async () => {
    const { port, facts, events } = await open(name);
    expect(await sent(port, `${PATH}/mch-1`, await v3Notification())).toMatchObject(asSent(NOT_FOUND));
    expect(await sent(port, `${PATH}/mch-1`, v2Notification())).toMatchObject(asSent(NOT_FOUND));
    const event = { outcome: 'wrong-path', reason: 'merchant-number', path: 'mch-1', isVerified: true, mchid: MCHID };
    expect(events).toMatchObject([
      { ...event, form: 'v3' },
      { ...event, form: 'v2' },
    ]);
    expect(facts).toEqual([]);
  });

  it('refuses, ends the connection with the refusal if it can, and accepts the next one', async () => {
    const { port, events } = await open(name);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const { headers, body } = await v3Notification();
    const refused = [
      { headers: { ...headers, 'wechatpay-nonce': 'another' }, body },
      { headers: { ...headers, 'content-type': 'text/plain' }, body },
      { headers: { ...headers, 'content-type': 'rubbish' }, body },
      { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body },
      { headers: { ...headers, 'content-encoding': 'gzip' }, body },
      { headers },
    ];
    for (const each of refused) expect(await sent(port, PATH, { ...each, agent })).toMatchObject(asSent(REFUSED.v3));
    // A web-standard response cannot say so.
    const isReused = name === 'hono';
    expect(await sent(port, PATH, { headers, body, agent })).toMatchObject({ status: 204, isReused });
    const outcomes = ['wrong-signature', 'content-type', 'content-type', 'content-type', 'encoded', 'malformed'];
    expect(events.map(({ outcome }) => outcome)).toEqual([...outcomes, 'signalled']);
  });

  it('answers nothing that is sent behind a refusal on the same connection', async () => {
    const { port } = await open(name);
    const garbage = `${HEAD}content-length: 2\r\n\r\n{}`;
    const answers = await restOf(await begin(port, garbage.repeat(200)));
    // A web-standard response cannot end the connection.
    expect(answers.match(/HTTP\/1\.1 400 /g)).toHaveLength(name === 'hono' ? 200 : 1);
  });

  it('accepts one without a content type', async () => {
    const { port } = await open(name);
    const { headers, body } = await v3Notification();
    const { 'content-type': _, ...rest } = headers;
    expect(await sent(port, PATH, { headers: rest, body })).toMatchObject({ status: 204 });
    expect(await sent(port, PATH, { body: v2Notification().body })).toMatchObject(asSent(TAKEN.v2));
  });

  it('answers in time if Temporal does not', async () => {
    const { port } = await open(name, { deliver: () => deferred<Delivered>().promise, deliverWithinMs: 50 });
    expect(await sent(port, PATH, await v3Notification())).toMatchObject(asSent(LATER.v3));
    expect(await sent(port, PATH, v2Notification())).toMatchObject(asSent(LATER.v2));
  });

  it('reads nothing of a body that is too long by its Content-Length', async () => {
    const { port, events } = await open(name);
    const socket = await begin(port, `${HEAD}content-length: 100000000\r\n\r\n{`);
    const answer = await restOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(REFUSED.v3.body);
    expect(events).toMatchObject([{ outcome: 'too-large' }]);
  });

  it('reads no more of a body that does not end', async () => {
    const { port, events } = await open(name);
    const piece = 'x'.repeat(MAX_NOTIFICATION_BYTES / 4);
    const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
    const socket = await begin(port, `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`);
    expect(await restOf(socket)).toContain(REFUSED.v3.body);
    expect(events).toMatchObject([{ outcome: 'too-large' }]);
  });

  it('waits two seconds for a body, and no longer', async () => {
    const { port, events } = await open(name);
    const startedAt = performance.now();
    const answer = await restOf(await begin(port, `${HEAD}content-length: 1000\r\n\r\n{"id":`));
    expect(performance.now() - startedAt).toBeLessThan(4_500);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(REFUSED.v3.body);
    expect(events).toMatchObject([{ outcome: 'too-slow' }]);
  });

  it('keeps working after a sender left in the middle', async () => {
    const { port, events } = await open(name);
    const socket = await begin(port, `${HEAD}content-length: 1000\r\n\r\n{"id":`);
    await sent(port, PATH, v2Notification());
    socket.destroy();
    await vi.waitFor(() => expect(events).toMatchObject([{ outcome: 'signalled' }, { outcome: 'cut-off' }]), 60_000);
    expect(await sent(port, PATH, await v3Notification())).toMatchObject({ status: 204 });
  });

  it('accepts only POST', async () => {
    const { port, events } = await open(name);
    const { status } = await sent(port, PATH, { method: 'GET' });
    expect([404, 405]).toContain(status);
    expect(events).toEqual([]);
  });
});

describe.each(['express', 'hono', 'fastify'])('the other routes of a service with %s', (name) => {
  it('have their bodies parsed as before', async () => {
    const { port } = await open(name);
    const headers = { 'content-type': 'application/json' };
    const { status, body } = await sent(port, '/orders', { headers, body: '{"total":888}' });
    expect({ status, body }).toEqual({ status: 200, body: '{"ordered":{"total":888}}' });
  });
});
