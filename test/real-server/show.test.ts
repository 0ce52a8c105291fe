import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addShow } from '../../cli/orders/show.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
});
afterAll(() => world.end());

async function show(...args: string[]): Promise<string[]> {
  const said: string[] = [];
  const orders = new Command('orders').exitOverride();
  addShow(
    orders,
    (run) => run(world.client),
    (line) => said.push(line),
  );
  await orders.parseAsync(['show', ...args], { from: 'user' });
  return said;
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
    const steps = (await show(`${world.sandbox.mchid}/${outTradeNo}`)).flatMap(
      (line) => /^ {2}\d{4}-\S+ \S+ (.*)$/.exec(line)?.[1] ?? [],
    );
    expect(steps[0]).toBe('the watching began — now `awaiting-payment`');
    expect(steps.at(-1)).toMatch(/^close: `NOTPAY` → `accepted` → `CLOSED`, Request-ID `.*` — now `closed`$/);
    expect(steps.slice(1)).toEqual(await stepsOnPage(handle.workflowId));
  });

  it('prints JSON for programs, and what a worker that is away has left undone', async () => {
    const { handle } = await world.checkout(MINUTE);
    const story = JSON.parse((await show(handle.workflowId, '--json')).join('\n')) as object;
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
        `wechatpay-orders orders extend '${handle.workflowId}' --pay-before '…'`,
      ],
    });
    await world.client.workflow.getHandle(handle.workflowId).terminate('tidying up');
    await vi.waitFor(async () => {
      const text = (await show(handle.workflowId)).join('\n');
      expect(text).toContain('ended: `tidying up`, `Terminate`');
      expect(text).toContain('nothing: the workflow was ended in Temporal (TERMINATED), without an outcome');
      expect(text).toContain(`orders adopt '${handle.workflowId}'`);
    });
  });

  it('says in words that Temporal does not know an order', async () => {
    await expect(show('1900000109/NOBODY')).rejects.toThrow(
      'Temporal does not know order/1900000109/NOBODY: it was never started',
    );
  });
});
