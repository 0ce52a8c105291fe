import { join } from 'node:path';
import { OrderClient, ServiceOrderClient } from '../../../client/index.js';
import { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { billableActions, newNumbers } from '../orders.js';
import { withLab, type Lab } from '../lab.js';
import type { Bench, Measurement } from '../plan.js';
import { bytes, verdict, type Section } from '../report.js';
import { subjects, SUBJECTS, type Subject } from '../subjects.js';

/** The size of an ended order at Temporal. */
interface Kept {
  readonly events: number;
  readonly bytes: number;
  readonly actions: number;
}

/** How long after its start an order is due, in milliseconds. The start must be over by then. */
const DUE_IN_MS = 1_000;

const AMOUNT = { total: 888, currency: 'HKD' } as const;
const MINUTE_MS = 60_000;

/** The aims for an unpaid order. */
const EVENTS_AIM = 17;
const BYTES_AIM = 3_600;

export const events: Measurement = {
  means: 'events, bytes and billable actions of an order, path by path',
  run: (bench) => withLab(bench.bundles, bench.cleanups, (lab) => measureEvents(bench, lab)),
};

async function measureEvents(bench: Bench, lab: Lab): Promise<readonly Section[]> {
  return bench.cleanups.scoped(async (scope) => {
    // Not the fake WeChat Pay, which knows no payments and no service orders. Speed does not matter here.
    const sandbox = await Sandbox.start();
    scope.push(() => sandbox.stop());
    const merchantsFile = await sandbox.writeMerchantsFile(join(lab.folder, 'sandbox'));
    for (const name of ['ours', 'bare', 'guarded'] as const) await lab.startWorker(name, { merchantsFile });
    const paths = pathsOf(lab, sandbox);
    const rows: string[][] = [];
    for (const [name, play] of Object.entries(paths)) {
      const kept = await keptOf(lab, await play());
      rows.push([name, String(kept.events), bytes(kept.bytes), String(kept.actions), judged(name, kept)]);
    }
    return [
      {
        title: 'What an order leaves behind',
        columns: ['path', 'events', 'history bytes', 'billable actions', ''],
        rows,
        notes: [
          'Actions are those that Temporal Cloud bills: a start, a timer, a signal, an update, an upsert of search attributes and each attempt of an activity count one; so does the heartbeat of a guarded write, which no history shows. With fairness on, Cloud adds a tenth to all actions of the namespace.',
        ],
      },
    ];
  });
}

const UNPAID = 'ours: unpaid and closed';

function judged(path: string, { events: count, bytes: size }: Kept): string {
  if (path !== UNPAID) return '';
  const ofEvents = verdict(count, { better: 'lower', floor: EVENTS_AIM });
  const ofBytes = verdict(size, { better: 'lower', floor: BYTES_AIM });
  return `${EVENTS_AIM} events: ${ofEvents === 'floor' ? 'yes' : 'no'}; ≤ ${bytes(BYTES_AIM)} bytes: ${ofBytes === 'floor' ? 'yes' : 'no'}`;
}

/** Plays each path until the workflow has ended, and returns its id. */
function pathsOf({ client }: Lab, sandbox: Sandbox): Readonly<Record<string, () => Promise<string>>> {
  const { mchid } = sandbox;
  const subject = subjects(client, mchid);
  const orders = new OrderClient(client, { taskQueue: SUBJECTS.ours.taskQueue });
  const place = async (outTradeNo: string): Promise<void> => {
    const createdAt = Date.now() - 6 * MINUTE_MS;
    await sandbox.place({ api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, createdAt });
  };
  const started = async (of: Subject, dueInMs: number): Promise<string> => {
    const [number = ''] = newNumbers(1);
    await place(number);
    await of.start(number, Date.now() + dueInMs);
    return number;
  };
  const ended = async (of: Subject, number: string): Promise<string> => {
    const workflowId = of.workflowId(number);
    await client.workflow.getHandle(workflowId).result();
    return workflowId;
  };
  const unpaid = async (of: Subject): Promise<string> => ended(of, await started(of, DUE_IN_MS));
  const paid = async (of: Subject): Promise<string> => {
    const number = await started(of, DUE_IN_MS);
    await sandbox.pay({ mchid, outTradeNo: number });
    return ended(of, number);
  };
  return {
    'bare: unpaid and closed': () => unpaid(subject.bare),
    'bare, one activity: unpaid and closed': () => unpaid(subject.guarded),
    [UNPAID]: () => unpaid(subject.ours),
    'bare: found paid at the deadline': () => paid(subject.bare),
    'ours: found paid at the deadline': () => paid(subject.ours),
    'ours: paid by notification': async () => {
      const number = await started(subject.ours, MINUTE_MS);
      const order = { mchid, outTradeNo: number };
      // Waits for the first workflow task. When a shopper pays, it is long over.
      await orders.order(order).state();
      const payment = await sandbox.pay(order);
      if (payment === undefined) throw new Error('the sandbox refuses the payment');
      const { transactionId, paidAt } = payment;
      await orders.paymentNotification({
        order,
        transactionId,
        amount: AMOUNT,
        paidAt: new Date(paidAt).toISOString(),
        // As the receiver says it of a merchant that has no URL.
        hasWebhook: false,
      });
      return ended(subject.ours, number);
    },
    'ours: service order cancelled on request': async () => {
      const [outOrderNo = ''] = newNumbers(1);
      const { serviceId, appid } = await sandbox.createServiceOrder({ mchid, outOrderNo });
      const serviceOrders = new ServiceOrderClient(client, { taskQueue: SUBJECTS.ours.taskQueue });
      const request = { requestId: 'bench', reason: 'not needed any more' };
      const { handle } = await serviceOrders.requestCancel({ mchid, outOrderNo, serviceId, appid }, request);
      await handle.outcome();
      return handle.workflowId;
    },
  };
}

async function keptOf({ client }: Lab, workflowId: string): Promise<Kept> {
  const handle = client.workflow.getHandle(workflowId);
  const { historySize = NaN } = await handle.describe();
  const history = await handle.fetchHistory();
  const happened = history.events ?? [];
  return { events: happened.length, bytes: historySize, actions: billableActions(happened) };
}
