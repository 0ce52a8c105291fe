import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../../domain/time.js';
import { type DeskWorld, newDeskWorld } from './desk.js';

let world: DeskWorld;
beforeAll(async () => {
  world = await newDeskWorld();
  await world.startWorker();
});
afterAll(() => world.end());

async function show(...args: string[]): Promise<string> {
  const { code, out, err } = await world.desk(['show', ...args]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

/** The last steps on the page of a workflow. */
async function stepsOnPage(workflowId: string): Promise<string[]> {
  const workflow = world.client.workflow.getHandle(workflowId);
  const { currentDetails } = await workflow.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails.split('\n').flatMap((line) => /^- \d{4}-\S+ \S+ (.*)$/.exec(line)?.[1] ?? []);
}

describe('wechatpay-orders orders show', () => {
  it('tells the story of an order as its page does, from its history', async () => {
    const { handle, outTradeNo } = await world.checkout(2 * SECOND);
    expect(await handle.checkNow()).toMatchObject({ ended: false });
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    const steps = (await show(`${world.sandbox.mchid}/${outTradeNo}`))
      .split('\n')
      .flatMap((line) => /^ {2}\d{4}-\S+ \S+ (.*)$/.exec(line)?.[1] ?? []);
    expect(steps[0]).toBe('the watching began — now `awaiting-payment`');
    expect(steps.at(-1)).toMatch(/^close: `NOTPAY` → `accepted` → `CLOSED`, Request-ID `.*` — now `closed`$/);
    expect(steps.slice(1)).toEqual(await stepsOnPage(handle.workflowId));
  });

  it('prints JSON for programs, and what a worker that is away has left undone', async () => {
    const { handle } = await world.checkout(MINUTE);
    const story = JSON.parse(await show(handle.workflowId, '--json')) as object;
    expect(story).toMatchObject({
      workflowId: handle.workflowId,
      type: 'timeoutThenClose',
      status: 'RUNNING',
      state: 'awaiting-payment',
      outcome: null,
      steps: [{ what: 'started', shows: { state: 'awaiting-payment' } }],
      commands: [
        `wechatpay-orders orders check '${handle.workflowId}'`,
        `wechatpay-orders orders close '${handle.workflowId}'`,
        `wechatpay-orders orders extend '${handle.workflowId}' --until '…'`,
      ],
    });
    await world.client.workflow.getHandle(handle.workflowId).terminate('tidying up');
    await vi.waitFor(async () => {
      const text = await show(handle.workflowId);
      expect(text).toContain('ended: `tidying up`, `Terminate`');
      expect(text).toContain('nothing: the workflow was ended in Temporal (TERMINATED), without an outcome');
      expect(text).toContain('orders adopt orders.jsonl');
    }, 60_000);
  });

  it('finds an order by its number alone, and speaks the language of the terminal', async () => {
    const { handle, outTradeNo } = await world.checkout(10 * MINUTE);
    await world.untilListed(`state=awaiting-payment merchant=${world.sandbox.mchid}`, 1);
    expect(await show(outTradeNo)).toContain(handle.workflowId);
    const { out } = await world.desk(['show', outTradeNo], { LC_ALL: 'zh_CN.UTF-8' });
    expect(out).toContain('开始跟踪');
  });

  it('says in words that Temporal does not know an order', async () => {
    const { code, out } = await world.desk(['show', '1900000109/NOBODY']);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringContaining('order-not-found: No workflow order/1900000109/NOBODY is known') as unknown,
    });
  });
});
