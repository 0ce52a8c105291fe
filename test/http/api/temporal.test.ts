import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AMOUNT } from '../../support/world.js';
import { Line } from '../../support/line.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';
import { type Ask, clientsAt, pathOf, serving } from './serving.js';

let world: RealWorld;
beforeAll(async () => {
  // No worker runs.
  world = await newRealWorld();
});
afterAll(() => world.end());

const ORDER = pathOf({ mchid: '1900000109', outTradeNo: 'API-1' });
const SERVICE_ORDER = '/v1/merchants/1900000109/service-orders/API-1';
const START = { api: 'v3-global', amount: AMOUNT, payWithin: '15m' };
const CANCEL = { serviceId: '500001', appid: 'wx8888888888888888', request: { requestId: 'r', reason: 'r' } };

/** One request for each operation. */
const REQUESTS: readonly (readonly [request: string, body?: object])[] = [
  [`PUT ${ORDER}`, START],
  [`GET ${ORDER}`],
  [`POST ${ORDER}/check`],
  [`POST ${ORDER}/close`, {}],
  [`POST ${ORDER}/extend`, { payBefore: '2030-01-01T00:00:00Z' }],
  [`POST ${ORDER}/placement-failed`, { code: 'PARAM_ERROR' }],
  [`POST ${SERVICE_ORDER}/cancel`, CANCEL],
  [`GET ${SERVICE_ORDER}`],
];
const OUTCOMES = `GET /v1/merchants/1900000109/outcomes?since=2026-01-01T00:00:00Z`;

/** Asks for all at once, since each waits for as long as a call may take. */
async function answersOf(ask: Ask, requests: typeof REQUESTS) {
  const answers = await Promise.all(requests.map(([request, body]) => ask(request, body && { body })));
  return answers.map(({ status, body, headers }) => [status, body['code'] ?? 'ok', headers.get('retry-after')]);
}

describe('without a worker', () => {
  it('an order is started, and everything that a worker answers is 503 with Retry-After', async () => {
    const { ask } = await serving(clientsAt(world.address));
    expect(await answersOf(ask, [[`PUT ${ORDER}`, START]])).toEqual([[201, 'ok', null]]);
    const service = await answersOf(ask, [[`POST ${SERVICE_ORDER}/cancel`, CANCEL]]);
    expect(service).toEqual([[503, 'no-worker', '5']]);
    const rest = REQUESTS.slice(1).filter(([request]) => !request.includes('/cancel'));
    expect(await answersOf(ask, rest)).toEqual(rest.map(() => [503, 'no-worker', '5']));
    expect(await answersOf(ask, [[OUTCOMES]])).toEqual([[200, 'ok', null]]);
  });
});

describe('while Temporal is away', () => {
  it.each(['cut', 'mute'] as const)('every operation answers 503 with Retry-After: %s', async (how) => {
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line[how]();
    const { ask } = await serving(clientsAt(line.address));
    expect(await answersOf(ask, REQUESTS)).toEqual(REQUESTS.map(() => [503, 'no-server', '5']));
  });

  it('the feed waits 25 s for a page', async () => {
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line.cut();
    const { ask } = await serving(clientsAt(line.address));
    expect(await answersOf(ask, [[OUTCOMES]])).toEqual([[503, 'no-server', '5']]);
  });

  it('it is found again when it is back', async () => {
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    line.cut();
    const { ask } = await serving(clientsAt(line.address));
    const path = pathOf({ mchid: '1900000109', outTradeNo: 'API-BACK' });
    const starts = ask(`PUT ${path}`, { body: START });
    line.restore();
    expect(await starts).toMatchObject({ status: 201 });
  });
});

describe('in a namespace that does not exist', () => {
  it('every operation says that Temporal refuses', async () => {
    const { ask } = await serving(clientsAt(world.address, 'no-such-namespace'));
    const all = [...REQUESTS, [OUTCOMES]] as typeof REQUESTS;
    expect(await answersOf(ask, all)).toEqual(all.map(() => [502, 'call-failed', null]));
  });
});
