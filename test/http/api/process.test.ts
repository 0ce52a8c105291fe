import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Line } from '../../support/line.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';
import { AMOUNT } from '../../support/world.js';
import { apiProcess } from './api-process.js';
import { asking, pathOf } from './serving.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
});
afterAll(() => world.end());

const TOKEN = 'k'.repeat(40);
const START = { api: 'v3-global', amount: AMOUNT, payWithin: '30m' };

const orderPath = (outTradeNo: string): string => pathOf({ mchid: world.sandbox.mchid, outTradeNo });

function tokensFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'shop.token'), TOKEN, { mode: 0o600 });
  const file = join(folder, 'tokens.yaml');
  writeFileSync(file, `tokens: [{ name: shop, merchants: ['${world.sandbox.mchid}'], tokenFiles: [shop.token] }]`);
  return file;
}

describe('an API process', () => {
  it('answers whoever has a token, counts, logs neither token nor body, and ends when it is asked', async () => {
    const api = await apiProcess(world.address, { WXPAY_API_TOKENS_FILE: tokensFile() });
    const ask = await asking(api.url);
    const path = orderPath('PROCESS-1');
    expect(await ask(`PUT ${path}`, { body: START, token: TOKEN })).toMatchObject({ status: 201 });
    for (let times = 0; times < 3; times += 1) expect(await ask(`GET ${path}`)).toMatchObject({ status: 401 });
    expect(await ask(`PUT ${path}`, { body: { ...START, api: 'v9' }, token: TOKEN })).toMatchObject({ status: 400 });
    expect(await api.health('/livez')).toBe(200);
    expect(await api.health('/readyz')).toBe(200);
    expect(await api.metric('wxpay_api_requests_total{operation="startOrder",status="201"}')).toBe(1);
    expect(await api.metric('wxpay_api_requests_total{operation="orderState",status="401"}')).toBe(3);
    expect(await api.metric('wxpay_api_request_seconds_count{operation="startOrder"}')).toBe(2);
    expect(await api.metric('wxpay_api_requests_in_flight')).toBe(0);
    const lines = await vi.waitUntil(() => {
      const found = api.log.filter(({ operation }) => operation !== undefined && operation !== 'none');
      return found.length === 3 && found;
    });
    expect(lines).toMatchObject([
      { msg: 'a request was answered', operation: 'startOrder', status: 201, by: 'shop', mchid: world.sandbox.mchid },
      { msg: 'a request was refused', level: 40, operation: 'orderState', status: 401, code: 'unauthenticated' },
      { msg: 'a request was refused', level: 30, operation: 'startOrder', code: 'invalid-order', by: 'shop' },
    ]);
    expect(JSON.stringify(api.log)).not.toMatch(/kkkk|HKD|888|v9/);
    await api.stop();
    await expect(fetch(`${api.url}/openapi.json`)).rejects.toThrow();
  });

  it('runs while Temporal is away, and is not ready', async () => {
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line.cut();
    const api = await apiProcess(line.address);
    expect(await api.health('/livez')).toBe(200);
    expect(await api.health('/readyz')).toBe(503);
    line.restore();
    await vi.waitFor(async () => expect(await api.health('/readyz')).toBe(200), 60_000);
  });

  it('answers the requests that have come when it is asked to stop', async () => {
    const api = await apiProcess(world.address);
    const { hostname, port } = new URL(api.url);
    const [half, idle] = [connect(Number(port), hostname), connect(Number(port), hostname)];
    for (const socket of [half, idle]) {
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
    }
    const body = JSON.stringify(START);
    half.write(`PUT ${orderPath('STOPPED-1')} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n`);
    half.write(`content-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    await vi.waitFor(async () => expect(await api.metric('wxpay_api_requests_in_flight')).toBe(1));
    const stopped = api.stop();
    half.write(body.slice(5));
    const [answer] = (await once(half, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 201 /);
    const begun = Date.now();
    // Whoever is connected and says nothing is not waited for without end.
    await stopped;
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('does not wait for the rest of a body when it is asked to stop', async () => {
    const api = await apiProcess(world.address);
    const { hostname, port } = new URL(api.url);
    const half = connect(Number(port), hostname);
    onTestFinished(() => void half.destroy());
    half.on('error', () => undefined);
    half.write(`PUT ${orderPath('HALF-1')} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n`);
    half.write('content-length: 78\r\n\r\n{');
    await vi.waitFor(async () => expect(await api.metric('wxpay_api_requests_in_flight')).toBe(1));
    const begun = Date.now();
    await api.stop();
    // The API waits 2 s, and 30 s for answers.
    expect(Date.now() - begun).toBeLessThan(20_000);
  });
});

/** How many are started at once. */
const AT_ONCE = 1_000;

/** Collects garbage twice a second, so that the heap is what is in use. */
const COLLECT = `data:text/javascript,${encodeURIComponent(`
  import v8 from 'node:v8';
  import vm from 'node:vm';
  v8.setFlagsFromString('--expose-gc');
  setInterval(vm.runInNewContext('gc'), 500).unref();
`)}`;

describe('1,000 requests at once', () => {
  it(
    'are each answered, as done or as 503 with Retry-After, and the memory stays flat',
    { timeout: 300_000 },
    async () => {
      const settings = { WXPAY_LOG_LEVEL: 'info', NODE_OPTIONS: `--import ${COLLECT}` };
      const api = await apiProcess(world.address, settings);
      const memory = async (): Promise<number> => {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        return api.metric('nodejs_heap_size_used_bytes');
      };
      /** Sends a start. @returns `started`, `busy`, or what it was answered in place of them */
      const start = async (outTradeNo: string): Promise<string> => {
        const answer = await fetch(api.url + orderPath(outTradeNo), {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(START),
        });
        const { code } = (await answer.json()) as { readonly code?: string };
        if (answer.status === 201) return 'started';
        return answer.status === 503 && Number(answer.headers.get('retry-after')) > 0
          ? 'busy'
          : `${answer.status} ${code}`;
      };
      const tally = async (round: number) => {
        const numbers = Array.from({ length: AT_ONCE }, (_, index) => `LOAD-${round}-${index}`);
        const answers = await Promise.all(numbers.map(async (number) => [number, await start(number)] as const));
        const busy = answers.filter(([, answer]) => answer === 'busy').map(([number]) => number);
        expect(answers.filter(([, answer]) => answer !== 'started' && answer !== 'busy')).toEqual([]);
        expect(answers.length - busy.length).toBeGreaterThanOrEqual(100);
        return { busy, started: answers.length - busy.length };
      };
      const first = await tally(1);
      // None is lost: what was refused was not started, and is when it is sent again.
      for (let left = first.busy; left.length > 0;) {
        const answers = await Promise.all(
          left.slice(0, 50).map(async (number) => [number, await start(number)] as const),
        );
        expect(answers.every(([, answer]) => answer === 'started')).toBe(true);
        left = left.slice(50);
      }
      await expect
        .poll(
          () =>
            world.client.workflow
              .count(`WorkflowId STARTS_WITH 'order/' AND ExecutionStatus = 'Running'`)
              .then(({ count }) => count),
          {
            timeout: 30_000,
          },
        )
        .toBeGreaterThanOrEqual(AT_ONCE);
      const before = await memory();
      for (let round = 2; round <= 8; round += 1) await tally(round);
      const after = await memory();
      expect(after - before).toBeLessThan(10e6);
      expect(await api.metric('wxpay_api_requests_in_flight')).toBe(0);
      expect(await api.health('/livez')).toBe(200);
      // Thousands of refusals are one line of the log.
      expect(api.log.filter(({ code }) => code === 'busy').length).toBeLessThanOrEqual(5);
    },
  );
});
