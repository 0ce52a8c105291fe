import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { OrderClient, ServiceOrderClient } from '../../client/index.js';
import type { OrderKey } from '../../testing/sandbox/orders.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { ServiceOrderKey } from '../../testing/sandbox/service-orders.js';
import type { PaymentEvidence } from './evidence.js';
import type { Insisting } from './client-calls.js';
import type { RequestBook } from './play-order.js';
import { READY_WITHIN_MS, spawnDevServer, takesCalls } from '../dev-server.js';
import { until } from '../verify-writes/lab.js';

/** WeChat Pay waits for 15 s and more before it sends a notification again; here it does not. Milliseconds. */
const NOTIFICATION_PAUSES = [500, 1_000, ...Array.from({ length: 60 }, () => 2_000)];

/** What every order is played in. */
export interface World {
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly insisting: Insisting;
  /** Where notifications are sent. */
  readonly notifyUrl: string;
  readonly clock: StormClock;
  /** What the books said of each payment when it was made, and when a notification of it was taken. */
  readonly payments: PaymentBook;
  /** What was asked of the owner of each order. */
  readonly requests: RequestBook;
}

/** The time of the storm. */
export class StormClock {
  readonly begunAt = Date.now();
  private readonly over = new AbortController();

  constructor() {
    // Every order waits on it.
    setMaxListeners(0, this.over.signal);
  }

  /** Aborted when nothing is waited for any longer. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Waits until so many milliseconds after the beginning, or until it is over. */
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

/** The payments of each order, by the books. */
export class PaymentBook {
  private readonly byOrder = new Map<string, PaymentEvidence[]>();

  /** Writes down the payment that the books have now, if there is one that is not known yet. */
  note(sandbox: Sandbox, order: OrderKey, key: string): void {
    const { transactionId = null, paidAt = null, amount } = sandbox.orders.find(order) ?? {};
    if (transactionId === null || paidAt === null || amount === undefined) return;
    const known = this.of(key);
    if (known.some((each) => each.transactionId === transactionId)) return;
    this.byOrder.set(key, [...known, { transactionId, amount, paidAt, notifiedAt: null }]);
  }

  /** The receiver took a notification of the payment that the books have now. */
  notified(sandbox: Sandbox, order: OrderKey, key: string): void {
    this.note(sandbox, order, key);
    const now = sandbox.orders.find(order)?.transactionId;
    this.byOrder.set(
      key,
      this.of(key).map((each) =>
        each.transactionId === now ? { ...each, notifiedAt: each.notifiedAt ?? Date.now() } : each,
      ),
    );
  }

  of(key: string): readonly PaymentEvidence[] {
    return this.byOrder.get(key) ?? [];
  }
}

/** Sends a notification until it is taken, as WeChat Pay does. @returns whether it was */
export function notify({ sandbox, notifyUrl, clock }: World, key: OrderKey | ServiceOrderKey): Promise<boolean> {
  return sandbox.notifyUntilTaken(key, { url: notifyUrl, pauses: NOTIFICATION_PAUSES, signal: clock.signal });
}

/** A Temporal server in a process of its own, whose state outlives it in a file. */
export class TemporalProcess {
  private child: ChildProcess | undefined;
  private isEnding = false;

  /** @param binary of the dev server */
  constructor(
    private readonly binary: string,
    readonly address: string,
    readonly databaseFile: string,
  ) {}

  /** Returns when it takes calls; or at once, if it was ended for good. */
  async start(): Promise<void> {
    if (this.isEnding) return;
    this.child = spawnDevServer(this.binary, this.address, this.databaseFile);
    await until('Temporal takes calls', READY_WITHIN_MS, async () => this.isEnding || (await takesCalls(this.address)));
  }

  /** Kills it without a word. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Kills it, and it is not started any more. */
  end(): Promise<void> {
    this.isEnding = true;
    return this.kill();
  }
}
