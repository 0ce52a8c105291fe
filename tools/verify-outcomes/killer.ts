import type { Client } from '@temporalio/client';
import { outcomeWorkflowId } from '../../domain/outcome/state.js';
import type { CheckoutHooks } from '../chaos/checkout.js';
import type { SupervisedProcess } from '../chaos/supervised-process.js';

/** When a worker is killed. */
export const KILLS = {
  'before the post': 'an order has ended; the worker has connected, and the checkout has read nothing',
  'during the post': 'the checkout has the post, and answers nothing',
  'after the answer': 'the checkout has answered 204',
  'in the hand-over': 'the checkout has answered 500',
} as const;

export type Kill = keyof typeof KILLS;

export const KILL_NAMES = Object.keys(KILLS) as Kill[];

const TAKEN = 204;
const FAILED = 500;

/** Kills a worker as it tells outcomes, in each way by turns: as soon as the worker is there again, and a post fits. */
export class Killer {
  /** The kills so far. */
  readonly done: Kill[] = [];
  /** How many kills may have been by now, so that they are spread over all orders. */
  allowed = 0;
  private killed: number | undefined;

  constructor(
    private readonly count: number,
    private readonly worker: SupervisedProcess,
    private readonly client: Client,
    private readonly onProgress: (line: string) => void,
  ) {}

  /** Whether the worker is ready, and not being killed. */
  get isWorkerReady(): boolean {
    const run = this.worker.runs.at(-1);
    return run !== undefined && run.readyAt !== null && run.endedAt === null && run.pid !== this.killed;
  }

  readonly hooks: CheckoutHooks = {
    cuts: () => this.next === 'before the post' && this.kill(),
    answer: async (workflowId) => {
      if (this.next === undefined || (await this.isHandedOver(workflowId))) return { status: TAKEN };
      switch (this.next) {
        case 'during the post':
          this.kill();
          return { status: null };
        case 'after the answer':
          return { status: TAKEN, onSent: this.reserved() };
        case 'in the hand-over':
          return { status: FAILED, onSent: this.reserved() };
        default:
          return { status: TAKEN };
      }
    },
  };

  /** What comes next. `undefined`: nothing, or not now. */
  private get next(): Kill | undefined {
    if (this.done.length >= this.allowed || !this.isWorkerReady) return undefined;
    return KILL_NAMES[this.done.length % KILL_NAMES.length];
  }

  /** A post of the workflow that delivers is not one that can be handed over. */
  private async isHandedOver(workflowId: string): Promise<boolean> {
    const delivery = this.client.workflow.getHandle(outcomeWorkflowId(workflowId));
    return delivery.describe().then(
      () => true,
      () => false,
    );
  }

  private kill(): true {
    this.reserved()();
    return true;
  }

  /** Counts a kill now, and returns what does it. No other post is taken for the same one. */
  private reserved(): () => void {
    const { pid } = this.worker;
    const name = KILL_NAMES[this.done.length % KILL_NAMES.length] ?? 'before the post';
    this.killed = pid;
    this.done.push(name);
    return () => {
      this.worker.kill();
      this.onProgress(`kill ${this.done.length} of ${this.count}: ${name} (process ${pid})`);
    };
  }
}
