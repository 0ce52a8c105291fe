import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MINUTE } from '../../../domain/time.js';
import { Line } from '../../support/line.js';
import { type DeskWorld, HAS_TERMINALS, newDeskWorld, numberIn } from './desk.js';

let world: DeskWorld;
beforeAll(async () => {
  world = await newDeskWorld();
  await world.startWorker();
});
afterAll(() => world.end());

const OUTCOME_OF = (id: string) =>
  world.orders.order({ mchid: world.sandbox.mchid, outTradeNo: numberIn(id) }).outcome();

describe('many orders', () => {
  it('are shown, and not touched without a yes', async () => {
    const [id = ''] = await world.troubled(1);
    const shown = await world.desk(['retry', '--where', 'reason=fatal-answer']);
    expect(shown.code).toBe(2);
    expect(shown.err).toMatch(/^1 selected:\nORDER +STATE +REASON/);
    expect(shown.err).toContain(id);
    expect(shown.err).toContain('there is no terminal to ask on. Look at the list, then add --yes.');
    expect(await world.json(['list', 'reason=fatal-answer'])).toMatchObject({ value: { total: 1 } });
    expect(await world.desk(['retry', '--where', 'reason=patience-over', '--yes'])).toMatchObject({
      code: 0,
      out: 'No order fits.\n',
    });
    expect(await world.desk(['retry', '--where', ' '])).toMatchObject({ code: 2 });
    await world.desk(['retry', '--where', 'reason=fatal-answer', '--yes']);
    expect(await OUTCOME_OF(id)).toMatchObject({ ended: 'closed' });
  });

  it.runIf(HAS_TERMINALS)('are asked about on a terminal', async () => {
    const [id = ''] = await world.troubled(1);
    const retry = ['retry', '--where', 'reason=fatal-answer', '--lang', 'zh'];
    const no = await world.onTerminal(retry, {}, [[/对全部 1 个再次查询微信支付？/, 'n']]);
    expect(no).toMatchObject({ code: 1, out: expect.stringContaining('未作任何操作。') });
    const yes = await world.onTerminal(retry, {}, [[/\[y\/N\]/, 'y']]);
    expect(yes).toMatchObject({ code: 0, out: expect.stringMatching(/100% 1\/1[\s\S]*1 个完成，0 个此前已了结/) });
    expect(await OUTCOME_OF(id)).toMatchObject({ ended: 'closed' });
  });

  it('are retried: what cannot be is reported with its code and words, and the same command does the rest', async () => {
    const ids = await world.troubled(28);
    const waiting = [await world.checkout(10 * MINUTE), await world.checkout(10 * MINUTE)];
    const refused = waiting.map(({ handle }) => handle.workflowId);
    await world.untilListed('kind=order', 30);
    const retry = ['retry', '--where', 'kind=order', '--yes', '--rate', '100'];
    const { code, out, err } = await world.desk([...retry, '--json']);
    expect(code).toBe(1);
    expect(err).not.toContain('Warning');
    const { done, failed, ...rest } = JSON.parse(out) as { done: string[]; failed: { workflowId: string }[] };
    expect(rest).toEqual({ selected: 30, ended: [], notStood: [], left: 0 });
    expect([...done].sort()).toEqual([...ids].sort());
    expect(failed.map(({ workflowId }) => workflowId).sort()).toEqual([...refused].sort());
    expect(failed[0]).toMatchObject({
      code: 'invalid-order',
      message: expect.stringContaining('is taken only while the order rests'),
    });
    for (const id of ids) expect(await OUTCOME_OF(id)).toMatchObject({ ended: 'closed' });
    await world.untilListed('kind=order', 2);
    const again = await world.desk(retry);
    expect(again.code).toBe(1);
    expect(again.out).toMatch(/^order\/\S+: invalid-order: It was refused: /);
    expect(again.out).toMatch(
      /\n0 done, 0 had ended already, 0 did not stand, 2 failed, 0 not tried\. It took \d+\.\d s\.\n/,
    );
    expect(again.out).toContain('Run the same command again: it selects what is still left.');
    const closed = await world.json(['close', '--where', 'state=awaiting-payment', '--yes']);
    expect(closed).toMatchObject({ code: 0, value: { selected: 2, failed: [], left: 0 } });
    for (const { handle } of waiting) await world.client.workflow.getHandle(handle.workflowId).terminate();
    await world.untilListed('kind=order', 0);
  });

  it('are resolved: those that do not stand are told apart, in words and in the exit code', async () => {
    const { mchid } = world.sandbox;
    const ids = await world.troubled(30);
    const [open = '', paid = '', ...gone] = ids;
    for (const id of gone) await world.sandbox.become({ mchid, outTradeNo: numberIn(id) }, 'CLOSED');
    await world.sandbox.pay({ mchid, outTradeNo: numberIn(paid) });
    const resolve = ['resolve', '--where', 'reason=fatal-answer', '--as', 'closed', '--note', 'ticket 3', '--by', 'Li'];
    const { code, value } = await world.json([...resolve, '--yes', '--rate', '100']);
    const { done, notStood, ...rest } = value as { done: string[]; notStood: { workflowId: string }[] };
    expect(code).toBe(3);
    expect(rest).toEqual({ selected: 30, ended: [], failed: [], left: 0 });
    expect([...done].sort()).toEqual([...gone].sort());
    expect(notStood).toHaveLength(2);
    expect(notStood.find(({ workflowId }) => workflowId === open)).toMatchObject({
      words: expect.stringContaining('it was NOT resolved as closed: WeChat Pay said NOTPAY'),
      answer: { ended: null, said: 'NOTPAY' },
    });
    expect(notStood.find(({ workflowId }) => workflowId === paid)).toMatchObject({ answer: { ended: 'paid' } });
    await world.untilListed('reason=resolution-contradicted', 1);
    const other = [
      'resolve',
      '--where',
      'reason=resolution-contradicted',
      '--as',
      'closed',
      '--note',
      'x',
      '--by',
      'Li',
    ];
    const words = await world.desk([...other, '--yes']);
    expect(words).toMatchObject({ code: 3, out: expect.stringMatching(/^order\/\S+: it was NOT resolved as closed/) });
    expect(await world.desk([...other, '--yes', '--force'])).toMatchObject({ code: 0 });
    expect(await world.desk([...other.slice(0, 3), '--as', 'lost', '--note', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--as must be one of paid, closed, never-existed, cancelled/),
    });
    expect(await world.desk(['close', '--where', 'kind=payscore', '--yes'])).toMatchObject({
      code: 2,
      err: 'This command does not take payscore, but: order.\n',
    });
  });

  it('are left once one could not reach the server, and once it is interrupted', async () => {
    await world.troubled(6);
    const retry = ['retry', '--where', 'reason=fatal-answer', '--rate', '1', '--yes'];
    const { child, told } = world.start(retry);
    await world.untilListed('reason=fatal-answer', 5);
    child.kill('SIGINT');
    expect(await told).toMatchObject({
      code: 130,
      out: expect.stringMatching(/^[1-3] done, 0 had ended already, 0 did not stand, 0 failed, [3-5] not tried\./),
      err: expect.stringContaining('Finishing what is under way. Ctrl-C once more ends at once.'),
    });
    const line = await Line.to(world.address);
    onTestFinished(() => line.end());
    const cut = world.start(retry, { TEMPORAL_ADDRESS: line.address });
    cut.child.stderr?.once('data', () => line.cut());
    const told2 = await cut.told;
    expect(told2.code).toBe(1);
    expect(told2.out).toMatch(/no-server: The Temporal server at 127\.0\.0\.1:\d+ did not answer within \d+ s\./);
    expect(told2.out).toMatch(/\n0 done, 0 had ended already, 0 did not stand, [1-5] failed, \d not tried\./);
    expect(await world.desk([...retry.slice(0, 3), '--yes'])).toMatchObject({ code: 0 });
  });
});
