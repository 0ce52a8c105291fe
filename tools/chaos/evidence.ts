import type { Amount, Cancellable } from '../../client/index.js';

/** What the audit looks at. Instants are milliseconds since 1970, of one machine's clock. */
export interface Evidence {
  readonly orders: readonly OrderEvidence[];
  readonly serviceOrders: readonly ServiceOrderEvidence[];
  /** Every request that reached WeChat Pay, in the order of arrival. */
  readonly calls: readonly WireCall[];
  /** Every run of every workflow, by Temporal's histories. */
  readonly runs: readonly WorkflowRun[];
  /** The times in which a process, or Temporal, was killed or frozen. */
  readonly losses: readonly Loss[];
  readonly clientErrors: readonly string[];
  /** The processes that ended by themselves, except for want of a Temporal server at their start. */
  readonly crashes: readonly string[];
  /** Which secret stands where. */
  readonly leaks: readonly string[];
}

/** An order as it was planned, and as WeChat Pay's books have it in the end. */
export interface OrderEvidence {
  /** `mchid/number`, or `mchid/subMchid/number`. */
  readonly key: string;
  readonly kind: string;
  readonly workflowId: string;
  /** When it was created, or when WeChat Pay accepted its placement: the later of them. */
  readonly createdAt: number;
  /** Its state in the books; `null`: they do not have it. */
  readonly state: string | null;
  /** When the books had it closed; `null`: never. */
  readonly closedAt: number | null;
  /** The deadline that it was started with. */
  readonly dueAt: number;
  /** How an order of its kind may end: see `endName`. */
  readonly ends: readonly string[];
  /** What the checkout asked of its workflow, in the order in which it was asked. */
  readonly requests: readonly RequestEvidence[];
  /** What the checkout expected. */
  readonly expected: Amount;
  readonly payments: readonly PaymentEvidence[];
}

/** A request of a checkout, and what the client answered. */
export interface RequestEvidence {
  readonly does: 'close-now' | 'extend' | 'placement-failed';
  /** The deadline that was asked for. Only of `extend`. */
  readonly payBefore: number | null;
  /** When it was made first. */
  readonly askedAt: number;
  /** When the last answer to it came; `null`: none did. */
  readonly answeredAt: number | null;
  /** Whether the workflow took it. `maybe`: an earlier try, of which nobody knows, may have been taken. */
  readonly taken: 'yes' | 'no' | 'maybe';
}

/** A payment by the books. */
export interface PaymentEvidence {
  readonly transactionId: string;
  readonly amount: Amount;
  readonly paidAt: number;
  /** When the receiver took a notification of it first; `null`: none was taken. */
  readonly notifiedAt: number | null;
}

export interface ServiceOrderEvidence {
  /** `payscore/mchid/number`. */
  readonly key: string;
  readonly kind: string;
  readonly workflowId: string;
  readonly state: string | null;
  /** When the books had it revoked; `null`: never. */
  readonly revokedAt: number | null;
  /** How a service order of its kind may end: see `endName`. */
  readonly ends: readonly string[];
  /** In fen; `null`: it was never completed. */
  readonly totalDue: number | null;
  /** When it was completed with that amount. */
  readonly dueSince: number | null;
  readonly paidAt: number | null;
  readonly requests: readonly CancelEvidence[];
}

/** What a request to cancel allows. */
export interface CancelEvidence {
  /** It allows nothing before that: when it was to be made, and the time that the user was given to confirm. */
  readonly from: number;
  readonly mayCancel: readonly Cancellable[];
  /** The amount that it gives up, in fen; `null`: none. */
  readonly giveUp: number | null;
}

/** One request as it came over the wire. */
export interface WireCall {
  readonly arrivedAt: number;
  /** The process that made the connection. */
  readonly pid: number;
  readonly call: 'query' | 'close' | 'cancel' | 'other';
  /** The key of its order or service order; empty: it is about none. */
  readonly order: string;
  readonly body: string;
  /** When the answer went back on the wire; `null`: none did. */
  readonly answeredAt: number | null;
  /** The state or the code that it was answered, by WeChat Pay's ledger; `null`: WeChat Pay never took it for a request. */
  readonly said: string | null;
  /** Whether the answer could be believed: signed as it should be, whole, and about this order. */
  readonly isBelievable: boolean;
  /** What WeChat Pay did to it. */
  readonly faults: readonly string[];
}

/** One run of a workflow. */
export interface WorkflowRun {
  readonly workflowId: string;
  readonly type: string;
  readonly startedAt: number;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | 'continued';
  readonly endedAt: number | null;
  /** What it returned, as JSON. */
  readonly result: unknown;
  readonly failedTasks: readonly { readonly cause: string; readonly message: string }[];
  /** WeChat Pay's numbers of the payments that its input and its signals reported. */
  readonly toldPayments: readonly string[];
  readonly work: readonly Work[];
}

/** A workflow task, or the last attempt of an activity, and which process had it. */
export interface Work {
  readonly what: 'task' | 'activity';
  readonly pid: number;
  readonly startedAt: number;
  /** When it was completed or given up; `null`: never. */
  readonly endedAt: number | null;
  /** Whether the process answered. Otherwise the server gave it up. */
  readonly isDone: boolean;
}

/** Something was away. */
export interface Loss {
  readonly what: 'worker-killed' | 'worker-frozen' | 'receiver-killed' | 'temporal-killed' | 'wechatpay-away';
  readonly from: number;
  /** When it was there again: a process that was started anew was ready; `null`: never. */
  readonly until: number | null;
  /** The process that was lost, if it was one of ours. */
  readonly pid: number | null;
}
