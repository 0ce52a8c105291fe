import type { Evidence, Loss, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import type { ProcessRun } from './supervised-process.js';
import { claimKey, type LedgerEntry } from '../../testing/sandbox/ledger.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { orderWorkflowId } from '../../domain/orders/order.js';
import { serviceOrderWorkflowId } from '../../domain/payscore/order.js';
import { readHistories } from './histories.js';
import type { Plan, PlannedOrder, PlannedServiceOrder } from './plan.js';
import { orderKeyOf } from './play-order.js';
import { findLeaks, type Secret, SecretFinder } from './secrets.js';
import type { Environment } from './environment.js';
import type { StormContext } from './context.js';

/** The exit code of a worker that found no Temporal server: see its --help. */
const NO_SERVER = '3';

/** How long after Temporal is back a process may still end because it looked for Temporal before. Milliseconds. */
const NOTICED_WITHIN_MS = 10_000;

/**
 * The runs of a process that ended by themselves. If Temporal was away when a process started, it may end because it found no
 * Temporal server: its documents say so, and a supervisor must start it again.
 */
export function crashesOf(name: string, runs: readonly ProcessRun[], losses: readonly Loss[]): string[] {
  return runs.flatMap((run) =>
    run.crash === null || isExcused(run, losses) ? [] : [`${name} ended with ${run.crash}`],
  );
}

function isExcused({ crash, startedAt, readyAt, endedAt }: ProcessRun, losses: readonly Loss[]): boolean {
  if (crash !== NO_SERVER || readyAt !== null) return false;
  return losses.some(
    ({ what, from, until }) =>
      what === 'temporal-killed' &&
      (endedAt ?? Infinity) >= from &&
      startedAt <= (until ?? Infinity) &&
      (endedAt ?? Infinity) <= (until ?? Infinity) + NOTICED_WITHIN_MS,
  );
}

export interface Sources {
  readonly plan: Plan;
  readonly environment: Environment;
  readonly context: StormContext;
  readonly losses: readonly Loss[];
}

/** Ends every process, and collects what the audit reads. */
export async function collectEvidence(sources: Sources): Promise<Evidence> {
  const { plan, environment, context, losses } = sources;
  const { sandbox, client, temporal, workers, receivers } = environment;
  const runs = await readHistories(client);
  await Promise.all([...workers, ...receivers].map((each) => each.end()));
  await temporal.end();
  for (const each of plan.orders) context.payments.record(sandbox, orderKeyOf(each));
  return {
    orders: plan.orders.map((each) => orderEvidence(each, context)),
    serviceOrders: plan.serviceOrders.map((each) => serviceOrderEvidence(each, context)),
    calls: callsOf(environment),
    posts: environment.checkout.posts,
    runs,
    losses,
    clientErrors: context.clientCalls.unknown,
    crashes: [...workers, ...receivers].flatMap((each) => crashesOf(each.options.name, each.runs, losses)),
    leaks: await leaksOf(plan, environment),
  };
}

function orderEvidence(
  planned: PlannedOrder,
  { sandbox, payments, requests, clock: { begunAt } }: StormContext,
): OrderEvidence {
  const key = orderKeyOf(planned);
  const { createdAt: placedAt = 0, state = null } = sandbox.orders.find(key) ?? {};
  const { kind, expected, startAt, ageMs, dueAfterMs, ends } = planned;
  return {
    key: claimKey(key),
    kind,
    workflowId: orderWorkflowId(key),
    createdAt: Math.max(placedAt, begunAt + startAt - (ageMs ?? 0)),
    state,
    closedAt: firstDone(sandbox, key.outTradeNo, 'close'),
    dueAt: begunAt + startAt + dueAfterMs,
    ends,
    requests: requests.of(key),
    expected,
    payments: payments.of(key),
  };
}

function serviceOrderEvidence(
  { mchid, number, kind, startAt, requests, ends }: PlannedServiceOrder,
  { sandbox, clock: { begunAt } }: StormContext,
): ServiceOrderEvidence {
  const key = { mchid, outOrderNo: number };
  const { state = null, totalAmount = null, paidAt = null } = sandbox.serviceOrders.find(key) ?? {};
  const completed = sandbox.ledger
    .entries(number)
    .find(({ misbehaviours = [] }) => misbehaviours.includes('completeFirst'));
  return {
    key: claimKey(key),
    kind,
    workflowId: serviceOrderWorkflowId(key),
    state,
    revokedAt: firstDone(sandbox, number, 'cancel'),
    ends,
    totalDue: totalAmount,
    // `null` if the plan completed it: that was before its workflow began.
    dueSince: completed?.receivedAt ?? null,
    paidAt,
    requests: requests.map(({ after, ifNotConfirmedWithinMs = 0, mayCancel, giveUp = null }) => ({
      from: begunAt + startAt + after + ifNotConfirmedWithinMs,
      mayCancel,
      giveUp,
    })),
  };
}

/** The ledger's answers to a write that was done, even if the answer was then lost. */
const DONE: ReadonlySet<string> = new Set(['200', '204']);

/** When the first close or cancel of an order was done; `null`: none was. A storm uses each number once. */
function firstDone({ ledger }: Sandbox, number: string, write: 'close' | 'cancel'): number | null {
  return ledger.entries(number).find(({ call, answer }) => call === write && DONE.has(answer))?.receivedAt ?? null;
}

/** The requests that the proxy recorded, each with its entry in the sandbox's ledger, which is found by its nonce. */
function callsOf({ recordingProxy, sandbox }: Environment): WireCall[] {
  const byNonce = new Map<string, LedgerEntry>();
  for (const entry of sandbox.ledger.entries()) if (entry.nonce !== '') byNonce.set(entry.nonce, entry);
  return recordingProxy.seen.map(({ nonce, status: _, ...seen }): WireCall => {
    const entry = byNonce.get(nonce);
    return {
      ...seen,
      said: entry?.answer ?? null,
      isBelievable: entry?.delivered === true,
      faults: entry?.misbehaviours ?? [],
    };
  });
}

/** The requests in the sandbox's ledger that the proxy did not record, or took for others. The audit would not judge them. */
export function unrecorded({ recordingProxy, sandbox }: Pick<Environment, 'recordingProxy' | 'sandbox'>): string[] {
  const seen = new Map(recordingProxy.seen.map((each) => [each.nonce, each]));
  return sandbox.ledger.entries().flatMap((entry) => {
    const { api, call, mchid, subMchid, outTradeNo, nonce } = entry;
    if (call !== 'query' && call !== 'close' && call !== 'cancel') return [];
    const key = claimKey(api === 'payscore' ? { mchid, outOrderNo: outTradeNo } : { mchid, subMchid, outTradeNo });
    const { call: seenCall, order } = seen.get(nonce) ?? {};
    return seenCall === call && order === key ? [] : [`the proxy did not record a ${call} of ${key}`];
  });
}

/** If the ids of the orders are not found in the database, it was not read. */
async function leaksOf({ orders, serviceOrders }: Plan, environment: Environment): Promise<string[]> {
  const marks = [
    ...orders.map((each) => orderWorkflowId(orderKeyOf(each))),
    ...serviceOrders.map(({ mchid, number }) => serviceOrderWorkflowId({ mchid, outOrderNo: number })),
  ].map((text) => ({ name: MARK, text }));
  const found = await findLeaks(new SecretFinder([...secretsOf(environment), ...marks]), [
    environment.logs,
    environment.database,
  ]);
  const isRead = found.some((each) => each.startsWith(`${MARK} in temporal.sqlite`));
  const leaks = found.filter((each) => !each.startsWith(MARK));
  return isRead ? leaks : [...leaks, 'no order was found in the database, so it was not read'];
}

const MARK = 'an order';

/** The payer of every payment in the sandbox's answers. */
const PAYER = 'oUpF8uN95-Ptaags6E_roPHg7AG0';

function secretsOf({ sandbox, recordingProxy, loadBalancer, checkout }: Environment): Secret[] {
  const ofMerchants = [...sandbox.merchants.values()].flatMap(({ mchid, apiV3Key, apiV2Key, keys }) => [
    { name: `the APIv3 key of ${mchid}`, text: apiV3Key },
    { name: `the v2 key of ${mchid}`, text: apiV2Key },
    ...linesOf(keys.privatePem).map((text) => ({ name: `the private key of ${mchid}`, text })),
  ]);
  const signatures = [...recordingProxy.signatures, ...loadBalancer.signatures, ...checkout.signatures].filter(
    (text) => text.length >= SIGNATURE_LENGTH,
  );
  return [
    ...ofMerchants,
    { name: 'the secret of the checkout', text: checkout.secret },
    { name: 'a payer', text: PAYER },
    ...signatures.map((text) => ({ name: 'a signature', text })),
  ];
}

/** The shortest signature is an MD5 sum. */
const SIGNATURE_LENGTH = 32;

/** Without header and footer, the first line, which all RSA keys have in common, and the last, which may be short. */
function linesOf(pem: string): string[] {
  return pem.trim().split('\n').slice(2, -2);
}
