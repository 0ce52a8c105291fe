import { once } from 'node:events';
import { INTERRUPTED, newCommand, runTool, section, wholeNumber } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { WAYS_TO_BE_AWAY } from '../chaos/checkout.js';
import { ClientCalls } from '../chaos/client-calls.js';
import { StormClock } from '../chaos/context.js';
import { untilNothingRuns } from '../chaos/deliveries.js';
import { FLOOR_MS } from '../chaos/evidence.js';
import { readHistories } from '../chaos/histories.js';
import { Cleanups, until } from '../processes.js';
import { KILLS } from './killer.js';
import { type Lab, startLab } from './lab.js';
import { report } from './report.js';

const DEFAULTS = { orders: 200, kills: 20 } as const;
const MOST = 1_000;

/** Between two orders, so that there are posts for every kill. */
const PACE_MS = 800;
/** The checkout is there for so long, then away for as long, and so on. */
const TURN_MS = 4_000;
/** How long after the last start everything must be told: an attempt that was lost is tried again after 90 s. */
const SETTLED_WITHIN_MS = 300_000;

/** How soon a worker that was killed must be there again. */
const READY_WITHIN_MS = 60_000;

const AMOUNT = { total: 888, currency: 'HKD' } as const;

const DESCRIPTION = `Tells a checkout the outcomes of ${DEFAULTS.orders} orders, by a worker that is killed (SIGKILL) ${DEFAULTS.kills} times as it tells them and
started again each time, on a real Temporal server. The checkout is away for half of the time. Every outcome must come, with
numbers that grow. Some five minutes. Linux only.`;

const HELP = {
  more: section('Kills, by turns', KILLS),
  exitCodes: { 0: 'every outcome came', 1: 'one did not, or not all kills were played', [INTERRUPTED]: 'interrupted' },
};

const cleanups = new Cleanups();

/** Every other order is paid, and its notification ends it. The others are closed. */
async function playOrder(number: number, { orders, sandbox }: Lab, calls: ClientCalls): Promise<void> {
  const { mchid } = sandbox;
  const key = { mchid, outTradeNo: `TOLD-${number}` };
  const createdAt = Date.now() - FLOOR_MS;
  await sandbox.place({ ...key, amount: AMOUNT, createdAt });
  const isPaid = number % 2 === 0;
  const { handle } = await calls.untilDone('start', () =>
    orders.start({
      ...key,
      api: 'v3-global',
      amount: AMOUNT,
      createdAt: new Date(createdAt).toISOString(),
      trustCreatedAt: true,
      payWithin: isPaid ? '1h' : '5m',
    }),
  );
  if (!isPaid) return;
  const paid = await sandbox.pay(key);
  const notification = {
    order: key,
    transactionId: paid?.transactionId ?? null,
    amount: AMOUNT,
    paidAt: new Date().toISOString(),
  };
  await calls.untilDone('paymentNotification', () => handle.paymentNotification(notification));
}

/** Until the clock ends. Then the checkout is there. */
async function comeAndGo({ checkout }: Lab, clock: StormClock): Promise<void> {
  for (let turn = 0; !clock.isOver; turn += 1) {
    await clock.rest(TURN_MS);
    if (clock.isOver) return;
    await checkout.leave(WAYS_TO_BE_AWAY[turn % WAYS_TO_BE_AWAY.length] ?? 'failing');
    await clock.rest(TURN_MS);
    await checkout.comeBack();
  }
}

async function verify(orders: number, kills: number): Promise<boolean> {
  const clock = new StormClock();
  const onProgress = (line: string): void =>
    console.error(`${Math.round((Date.now() - clock.begunAt) / 1000)} s  ${line}`);
  const lab = await startLab(kills, cleanups, onProgress);
  const turns = new StormClock();
  cleanups.push(() => [clock, turns].map((each) => each.end()));
  const away = comeAndGo(lab, turns);
  const calls = new ClientCalls(() => clock.isOver);
  const played: Promise<void>[] = [];
  for (let number = 1; number <= orders; number += 1) {
    await until('the worker is ready', READY_WITHIN_MS, () => lab.killer.isWorkerReady);
    lab.killer.allowed = Math.ceil((number / orders) * kills);
    played.push(playOrder(number, lab, calls));
    if (number % 20 === 0) onProgress(`${number} of ${orders} orders are started`);
    await clock.rest(PACE_MS);
  }
  await Promise.all(played);
  turns.end();
  await away;
  onProgress('the checkout is there from now on');
  const bound = clock.rest(SETTLED_WITHIN_MS).then(() => clock.end());
  await Promise.race([untilNothingRuns(lab.client, clock, onProgress), bound]);
  const tookMs = Date.now() - clock.begunAt;
  const closed = Math.ceil(orders / 2);
  const expected = new Map([
    ['closed', closed],
    ['paid', orders - closed],
  ]);
  const runs = await readHistories(lab.client);
  const { text, holds } = report({
    runs,
    posts: lab.checkout.posts,
    expected,
    kills,
    done: lab.killer.done,
    tookMs,
  });
  console.log(text);
  return holds;
}

await runTool(async (args) => {
  const { orders, kills } = newCommand('npm run verify:outcomes --', DESCRIPTION, HELP)
    .option('--orders <n>', 'how many', wholeNumber(1, MOST), DEFAULTS.orders)
    .option('--kills <n>', 'how often the worker is killed', wholeNumber(0, MOST), DEFAULTS.kills)
    .parse(args, { from: 'user' })
    .opts<{ readonly orders: number; readonly kills: number }>();
  quietRuntime();
  const interrupted = Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => INTERRUPTED)),
  );
  try {
    return await Promise.race([verify(orders, kills).then((holds) => (holds ? 0 : 1)), interrupted]);
  } finally {
    await cleanups.end();
  }
});
