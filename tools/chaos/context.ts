import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOrderClientError, type OrderClient, type ServiceOrderClient } from '../../client/index.js';
import { claimKey } from '../../testing/sandbox/ledger.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { ServiceOrderKey } from '../../testing/sandbox/service-orders.js';
import type { ClientCalls } from './client-calls.js';
import type { PaymentEvidence, RequestEvidence } from './evidence.js';

/** WeChat Pay waits 15 s and more before it sends a notification again. Here the pauses are short. Milliseconds. */
const NOTIFICATION_PAUSES = [500, 1_000, ...Array.from({ length: 60 }, () => 2_000)];

/** Our own pauses are short, so that orders recover from a fault soon. The 5 minutes are not a pause, and stay as they are. */
export const SHORT_PAUSES = {
  settling: { first: '1s', max: '3s' },
  paidClaimed: { first: '1s', max: '3s' },
  notFound: { first: '2s', max: '4s' },
  unclear: { first: '1s', max: '4s' },
  hint: { first: '1s', max: '1s' },
  inProgress: { first: '1s', max: '3s' },
  tooOften: { first: '1s', max: '4s' },
  refused: { first: '1s', max: '3s' },
  unclearWrite: { first: '1s', max: '4s' },
} as const;

/** What every order of a storm needs. */
export interface StormContext {
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly clientCalls: ClientCalls;
  /** Where notifications are sent. */
  readonly notifyUrl: string;
  readonly clock: StormClock;
  readonly payments: PaymentLog;
  readonly requests: RequestLog;
}

/** The time since the storm began. */
export class StormClock {
  readonly begunAt = Date.now();
  private readonly over = new AbortController();

  constructor() {
    // Every order waits for this signal.
    setMaxListeners(0, this.over.signal);
  }

  /** Aborted when the storm is over. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Waits until this many milliseconds after the beginning, or until the storm is over. */
  async at(afterMs: number): Promise<void> {
    await this.rest(this.begunAt + afterMs - Date.now());
  }

  async rest(ms: number): Promise<void> {
    await sleep(Math.max(ms, 0), undefined, { signal: this.over.signal }).catch(() => undefined);
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  end(): void {
    this.over.abort();
  }
}

/** Waits for the outcome of an order, or for the end of the storm. */
export async function untilEnded(
  handle: { outcome(): Promise<unknown> },
  { clientCalls, clock: { signal } }: StormContext,
): Promise<void> {
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([clientCalls.untilDone('outcome', () => handle.outcome()), over]);
}

/** The payments of each order, as the sandbox has them. It keeps only the last payment of an order. */
export class PaymentLog {
  private readonly byOrder = new Map<string, PaymentEvidence[]>();

  /** Records the payment that the sandbox has now, unless it is recorded already. */
  record(sandbox: Sandbox, order: OrderKey): void {
    const { transactionId = null, paidAt = null, amount } = sandbox.orders.find(order) ?? {};
    if (transactionId === null || paidAt === null || amount === undefined) return;
    const known = this.of(order);
    if (known.some((each) => each.transactionId === transactionId)) return;
    this.byOrder.set(claimKey(order), [...known, { transactionId, amount, paidAt, notifiedAt: null }]);
  }

  /** Records that the receiver accepted a notification of the payment that the sandbox has now. */
  recordNotified(sandbox: Sandbox, order: OrderKey): void {
    this.record(sandbox, order);
    const now = sandbox.orders.find(order)?.transactionId;
    this.byOrder.set(
      claimKey(order),
      this.of(order).map((each) =>
        each.transactionId === now ? { ...each, notifiedAt: each.notifiedAt ?? Date.now() } : each,
      ),
    );
  }

  of(order: OrderKey): readonly PaymentEvidence[] {
    return this.byOrder.get(claimKey(order)) ?? [];
  }
}

/** Sends a notification until the receiver accepts it, as WeChat Pay does. @returns whether it did */
export function notify({ sandbox, notifyUrl, clock }: StormContext, key: OrderKey | ServiceOrderKey): Promise<boolean> {
  return sandbox.notifyUntilTaken(key, { url: notifyUrl, pauses: NOTIFICATION_PAUSES, signal: clock.signal });
}

/** What checkouts requested of each order, and what the client answered. */
export class RequestLog {
  private readonly byOrder = new Map<string, RequestEvidence[]>();

  /**
   * Adds an entry for a request.
   *
   * @param call makes the request once
   * @returns makes the request once, and records the answer; to be called for each try
   */
  add(
    order: OrderKey,
    request: Pick<RequestEvidence, 'does' | 'payBefore'>,
    call: () => Promise<{ readonly accepted: boolean }>,
  ): () => Promise<void> {
    const all = this.byOrder.get(claimKey(order)) ?? [];
    this.byOrder.set(claimKey(order), all);
    const index = all.push({ ...request, askedAt: Date.now(), answeredAt: null, accepted: 'maybe' }) - 1;
    let tries = 0;
    const answered = (isAccepted: boolean): void => {
      const before = all[index];
      const accepted = isAccepted ? 'yes' : tries === 1 ? 'no' : 'maybe';
      if (before !== undefined) all[index] = { ...before, answeredAt: Date.now(), accepted };
    };
    return async () => {
      tries += 1;
      try {
        answered((await call()).accepted);
      } catch (error) {
        // After any other error it is not known whether the workflow has the request.
        if (isOrderClientError(error) && error.code === 'invalid-order') answered(false);
        throw error;
      }
    };
  }

  of(order: OrderKey): readonly RequestEvidence[] {
    return this.byOrder.get(claimKey(order)) ?? [];
  }
}
