import type { Evidence, Loss, OrderEvidence, ServiceOrderEvidence, WireCall } from './evidence.js';
import type { Life } from './supervised-process.js';
import { claimKey, type LedgerEntry } from '../../testing/sandbox/ledger.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { orderWorkflowId } from '../../domain/orders/order.js';
import { serviceOrderWorkflowId } from '../../domain/payscore/order.js';
import { readHistories } from './histories.js';
import type { Insisting } from './client-calls.js';
import type { Plan, PlannedOrder, PlannedServiceOrder } from './plan.js';
import { orderKeyOf, type RequestBook } from './play-order.js';
import { findLeaks, type Secret, SecretFinder } from './secrets.js';
import type { Site } from './environment.js';
import type { PaymentBook } from './context.js';

/** What the exit code of a worker means that found no Temporal server: see its --help. */
const NO_SERVER = '3';

/** How long after Temporal is back a process may still say so that looked for it before. Milliseconds. */
const NOTICED_WITHIN_MS = 10_000;

/**
 * The processes of one slot that ended by themselves. One that found no Temporal server when it started is excused, if Temporal was
 * away then: as its documents say, something else is to start it again.
 */
export function crashesOf(name: string, lives: readonly Life[], losses: readonly Loss[]): string[] {
  return lives.flatMap((life) =>
    life.crash === null || isExcused(life, losses) ? [] : [`${name} ended with ${life.crash}`],
  );
}

function isExcused({ crash, startedAt, readyAt, endedAt }: Life, losses: readonly Loss[]): boolean {
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
  readonly site: Site;
  readonly payments: PaymentBook;
  readonly requests: RequestBook;
  readonly losses: () => readonly Loss[];
  readonly insisting: Insisting;
  /** When the storm began. */
  readonly begunAt: number;
}

/** Ends every process, and gathers what the audit looks at. */
export async function gather(sources: Sources): Promise<Evidence> {
  const { plan, site, payments, insisting, begunAt } = sources;
  const losses = sources.losses();
  const { sandbox, connection, temporal, workers, receivers } = site;
  const runs = await readHistories(connection);
  await Promise.all([...workers, ...receivers].map((slot) => slot.end()));
  await temporal.end();
  for (const each of plan.orders) payments.note(sandbox, orderKeyOf(each), claimKey(orderKeyOf(each)));
  return {
    orders: plan.orders.map((each) => orderEvidence(each, sources)),
    serviceOrders: plan.serviceOrders.map((each) => serviceOrderEvidence(each, sandbox, begunAt)),
    calls: callsOf(site),
    runs,
    losses,
    clientErrors: insisting.unknown,
    crashes: [...workers, ...receivers].flatMap(({ options, lives }) => crashesOf(options.name, lives, losses)),
    leaks: await leaksOf(plan, site),
  };
}

function orderEvidence(
  planned: PlannedOrder,
  { site: { sandbox }, payments, requests, begunAt }: Sources,
): OrderEvidence {
  const key = orderKeyOf(planned);
  const { createdAt: placedAt = 0, state = null } = sandbox.orders.find(key) ?? {};
  const name = claimKey(key);
  const { kind, expected, startAt, ageMs, dueAfterMs, ends } = planned;
  return {
    key: name,
    kind,
    workflowId: orderWorkflowId(key),
    createdAt: Math.max(placedAt, begunAt + startAt - (ageMs ?? 0)),
    state,
    closedAt: firstDone(sandbox, key.outTradeNo, 'close'),
    dueAt: begunAt + startAt + dueAfterMs,
    ends,
    requests: requests.of(name),
    expected,
    payments: payments.of(name),
  };
}

function serviceOrderEvidence(
  { mchid, number, kind, startAt, requests, ends }: PlannedServiceOrder,
  sandbox: Sandbox,
  begunAt: number,
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
    // One that was completed by its merchant was so before its workflow began.
    dueSince: completed?.receivedAt ?? null,
    paidAt,
    requests: requests.map(({ after, ifNotConfirmedWithinMs = 0, mayCancel, giveUp = null }) => ({
      from: begunAt + startAt + after + ifNotConfirmedWithinMs,
      mayCancel,
      giveUp,
    })),
  };
}

/** What WeChat Pay's ledger says of a write that was done, whatever became of its answer. */
const DONE: ReadonlySet<string> = new Set(['200', '204']);

/** When the first write of a number was done; `null`: none was. Numbers of a storm are not used twice. */
function firstDone({ ledger }: Sandbox, number: string, write: 'close' | 'cancel'): number | null {
  return ledger.entries(number).find(({ call, answer }) => call === write && DONE.has(answer))?.receivedAt ?? null;
}

/** What came over the wire, with what WeChat Pay's ledger says of each request: they have its nonce in common. */
function callsOf({ witness, sandbox }: Site): WireCall[] {
  const byNonce = new Map<string, LedgerEntry>();
  for (const entry of sandbox.ledger.entries()) if (entry.nonce !== '') byNonce.set(entry.nonce, entry);
  return witness.seen.map(({ nonce, status: _, ...seen }): WireCall => {
    const entry = byNonce.get(nonce);
    return {
      ...seen,
      said: entry?.answer ?? null,
      isBelievable: entry?.delivered === true,
      faults: entry?.misbehaviours ?? [],
    };
  });
}

/** The requests that WeChat Pay's ledger has, and the witness has not, or takes for others: then it saw less than it judges. */
export function unwitnessed({ witness, sandbox }: Pick<Site, 'witness' | 'sandbox'>): string[] {
  const seen = new Map(witness.seen.map((each) => [each.nonce, each]));
  return sandbox.ledger.entries().flatMap((entry) => {
    const { api, call, mchid, subMchid, outTradeNo, nonce } = entry;
    if (call !== 'query' && call !== 'close' && call !== 'cancel') return [];
    const key = claimKey(api === 'payscore' ? { mchid, outOrderNo: outTradeNo } : { mchid, subMchid, outTradeNo });
    const { call: seenCall, order } = seen.get(nonce) ?? {};
    return seenCall === call && order === key ? [] : [`the witness missed a ${call} of ${key}`];
  });
}

/** A database in which not even an order is found was not read. */
async function leaksOf({ orders, serviceOrders }: Plan, site: Site): Promise<string[]> {
  const marks = [
    ...orders.map((each) => orderWorkflowId(orderKeyOf(each))),
    ...serviceOrders.map(({ mchid, number }) => serviceOrderWorkflowId({ mchid, outOrderNo: number })),
  ].map((text) => ({ name: MARK, text }));
  const found = await findLeaks(new SecretFinder([...secretsOf(site), ...marks]), [site.logs, site.database]);
  const isRead = found.some((each) => each.startsWith(`${MARK} in temporal.sqlite`));
  const leaks = found.filter((each) => !each.startsWith(MARK));
  return isRead ? leaks : [...leaks, 'not one order was found in the database: it was not read'];
}

const MARK = 'an order';

/** The payer of every payment of the sandbox: see its answers. */
const PAYER = 'oUpF8uN95-Ptaags6E_roPHg7AG0';

function secretsOf({ sandbox, witness, front }: Site): Secret[] {
  const ofMerchants = [...sandbox.merchants.values()].flatMap(({ mchid, apiV3Key, apiV2Key, keys }) => [
    { name: `the APIv3 key of ${mchid}`, text: apiV3Key },
    { name: `the v2 key of ${mchid}`, text: apiV2Key },
    ...linesOf(keys.privatePem).map((text) => ({ name: `the private key of ${mchid}`, text })),
  ]);
  const signatures = [...witness.signatures, ...front.signatures].filter((text) => text.length >= SIGNATURE_LENGTH);
  return [
    ...ofMerchants,
    { name: 'a payer', text: PAYER },
    ...signatures.map((text) => ({ name: 'a signature', text })),
  ];
}

/** The shortest signature is an MD5 sum. */
const SIGNATURE_LENGTH = 32;

/** The lines of a key that nothing else has: the first names its form, and the last may be short. */
function linesOf(pem: string): string[] {
  return pem.trim().split('\n').slice(2, -2);
}
