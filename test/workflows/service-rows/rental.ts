import { expect } from 'vitest';
import type { CancelRequestInput, CancelTaken, ServiceOrderHandle, ServiceOrderRef } from '../../../client/index.js';
import type { ServiceOrderInput } from '../../../domain/payscore/input.js';
import type { ServiceAttentionReason, ServiceOutcome } from '../../../domain/payscore/state.js';
import { SECOND } from '../../../domain/time.js';
import type { SandboxCall } from '../../../testing/sandbox/calls.js';
import { cancelBodiesOf, type LedgerEntry, type Write, writesOf } from '../../../testing/sandbox/ledger.js';
import type { Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import { reasonAttribute } from '../../../workflows/messages/orders.js';
import { ALL_ZERO, auditOf, callsOf, type World } from '../../support/world.js';
import type { Scenario } from '../rows.js';

/** The default request of these tests: a cancel now, of a service order that is not confirmed. */
export const REQUEST = { requestId: 'r-1', reason: '用户取消' } as const satisfies CancelRequestInput;

/** How such a service order ends as a rule. */
export const CANCELLED = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason } as const;

/** The calls of one guarded cancel that is allowed, and accepted. */
export const GUARDED = ['query CREATED', 'cancel 200', 'query REVOKED'] as const;

/** How long an answer is kept back, so that something can happen while it is on its way. Milliseconds of wall time. */
const KEPT_BACK_MS = 1_200;

type View = Awaited<ReturnType<ServiceOrderHandle['state']>>;

/** A service order at WeChat Pay, everything that may happen to it, and the checks of what it was promised. */
export class Rental {
  private readonly requests: CancelRequestInput[] = [];

  constructor(
    readonly world: World,
    readonly order: ServiceOrderRef,
  ) {}

  get handle(): ServiceOrderHandle {
    return this.world.serviceOrders.serviceOrder(this.order);
  }

  /** The calls that WeChat Pay received, as `query CREATED`. */
  get calls(): string[] {
    return callsOf(this.world, this.order.outOrderNo);
  }

  get entries(): LedgerEntry[] {
    return this.world.sandbox.ledger.entries(this.order.outOrderNo);
  }

  countOf(call: SandboxCall): number {
    return this.entries.filter((entry) => entry.call === call).length;
  }

  /** Everything that was sent to cancel it: each body once. */
  get bodies(): string[] {
    return [...cancelBodiesOf(this.entries).values()].flat();
  }

  /** Gives it an owner, without a request. */
  async watch(changes: Pick<ServiceOrderInput, 'timing'> = {}): Promise<void> {
    await this.world.serviceOrders.watch({ ...this.order, ...changes });
  }

  /** Asks for a cancel, by update-with-start. */
  async request(changes: Partial<CancelRequestInput> = {}): Promise<CancelTaken> {
    const request = { ...REQUEST, ...changes };
    this.requests.push(request);
    const { handle: _, ...taken } = await this.world.serviceOrders.requestCancel(this.order, request);
    return taken;
  }

  /** The user confirms. */
  confirm(): void {
    this.world.sandbox.serviceOrders.confirm(this.order);
  }

  /** The user confirms, and the merchant says what is due. */
  complete(totalAmount: number): void {
    this.confirm();
    this.world.sandbox.serviceOrders.complete(this.order, totalAmount);
  }

  /** Puts it into a state, whatever it was in. */
  become(...[changes]: Rest<Parameters<World['sandbox']['serviceOrders']['become']>>): void {
    this.world.sandbox.serviceOrders.become(this.order, changes);
  }

  async pay(): Promise<void> {
    this.world.sandbox.serviceOrders.pay(this.order, await this.world.now());
  }

  async notification(said: 'USER_CONFIRM' | 'USER_PAID'): Promise<void> {
    await this.handle.serviceOrderNotification({ order: this.order, said });
  }

  /** Presses Request Cancellation in Temporal UI. */
  async release(): Promise<void> {
    await this.world.client.workflow.getHandle(this.handle.workflowId).cancel();
  }

  meets(...misbehaviours: Misbehaviour[]): void {
    for (const misbehaviour of misbehaviours) this.world.sandbox.misbehave(this.order, misbehaviour);
  }

  /** Keeps the answer to the next such call back for a moment, long enough for a test to do something meanwhile. */
  keepsBack(call: 'query' | 'cancel'): void {
    this.meets({ what: 'slow', on: call, delayMs: KEPT_BACK_MS });
  }

  /** Waits until WeChat Pay has received so many of these calls. No time passes but that of the wall. */
  async received(call: 'query' | 'cancel', times = 1): Promise<void> {
    await expect.poll(() => this.countOf(call)).toBeGreaterThanOrEqual(times);
  }

  /** Waits until it is so with the service order. No time passes but that of the wall. */
  async is(view: Partial<View>): Promise<void> {
    await expect.poll(() => this.handle.state()).toMatchObject(view);
  }

  /** Waits until a person is asked, in a way that a list shows. */
  async needsPerson(reason: ServiceAttentionReason): Promise<void> {
    await this.is({ phase: 'needsAttention', visible: 'needs-attention' });
    const workflow = this.world.client.workflow.getHandle(this.handle.workflowId);
    const shown = async (): Promise<unknown> => (await workflow.describe()).typedSearchAttributes.get(reasonAttribute);
    await expect.poll(shown).toBe(reason);
  }

  /** Waits until Temporal waits before it makes that attempt of a call. */
  async backsOffBefore(attempt: number): Promise<void> {
    const workflow = this.world.client.workflow.getHandle(this.handle.workflowId);
    const attempts = async (): Promise<unknown[]> => {
      const { raw } = await workflow.describe();
      return (raw.pendingActivities ?? []).map((activity) => activity.attempt);
    };
    await expect.poll(attempts).toEqual([attempt]);
  }

  async outcome(): Promise<ServiceOutcome> {
    return this.handle.outcome();
  }

  /**
   * What every service order is promised, whatever happened to it.
   *
   * @param runs how many workflows have cancelled it one after the other: each has a body of its own
   */
  async promisesAreKept(runs = 1): Promise<void> {
    const { entries, world, order } = this;
    expect(world.sandbox.ledger.refused).toEqual([]);
    expect(new Set(entries.map(({ nonce }) => nonce)).size).toBe(entries.length);
    expect(cancelsNotAllowed(entries, this.requests)).toEqual([]);
    expect(this.bodies.length).toBeLessThanOrEqual(runs);
    const { outcome } = await this.handle.state();
    const ended = outcome !== null && TOLD_BY_THE_STATE.has(outcome.ended) ? outcome.ended : undefined;
    const audit = auditOf(world, order.outOrderNo, ended ?? '');
    expect(audit).toEqual({ ...ALL_ZERO, ...(ended === undefined && { wrong: audit['wrong'] }) });
  }
}

/** A scenario with one service order, after which every promise is looked at. */
export function ofRental(
  { row, name, world: options }: Pick<Scenario, 'row' | 'name' | 'world'>,
  play: (rental: Rental) => Promise<void>,
): Scenario {
  return {
    row,
    name,
    ...(options !== undefined && { world: options }),
    play: async (world) => {
      const rental = new Rental(world, await world.rental());
      await play(rental);
      await rental.promisesAreKept();
      return rental.handle.workflowId;
    },
  };
}

type Rest<Parameters extends unknown[]> = Parameters extends [unknown, ...infer Others] ? Others : never;

/** The ends that the state at WeChat Pay must bear out. */
const TOLD_BY_THE_STATE = new Set(['cancelled', 'done', 'expired', 'kept', 'never-existed']);

/** From the query to the arrival of the cancel that it allowed: 5 s, and what the request takes. */
const QUERY_VALID_FOR = 5 * SECOND + SECOND;

/**
 * The cancels before which no query told, just before, of a state that some request allows. Money that is due allows
 * none, unless it is given up. That each has a query of its own, the audit says.
 */
function cancelsNotAllowed(entries: readonly LedgerEntry[], requests: readonly CancelRequestInput[]): Write[] {
  const allowed = new Set<string | null>(requests.flatMap(answersThatAllow));
  return writesOf(entries).filter(({ queryAnswer, queryAgeMs }) => {
    return queryAgeMs === null || queryAgeMs > QUERY_VALID_FOR || !allowed.has(queryAnswer);
  });
}

function answersThatAllow({ mayCancel = ['created'], giveUp }: CancelRequestInput): string[] {
  return [
    ...mayCancel.map((stage) => (stage === 'created' ? 'CREATED' : 'DOING USER_CONFIRM')),
    ...(giveUp === undefined ? [] : ['DOING MCH_COMPLETE USER_PAYING']),
  ];
}
