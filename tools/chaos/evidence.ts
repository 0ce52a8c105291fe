import type { Amount, Cancellable } from '../../client/index.js';

/** How long after its creation an order may be closed: WeChat Pay's 5 minutes, and our margin of 30 s. Milliseconds. */
export const FLOOR_MS = 330_000;

/** What the audit reads. Instants are milliseconds since 1970, of one machine's clock. */
export interface Evidence {
  readonly orders: readonly OrderEvidence[];
  readonly serviceOrders: readonly ServiceOrderEvidence[];
  /** Every request that reached the sandbox, in the order of arrival. */
  readonly calls: readonly WireCall[];
  /** Every post that reached the checkout, in the order of arrival. */
  readonly posts: readonly Post[];
  /** Every run of every workflow, by Temporal's histories. */
  readonly runs: readonly WorkflowRun[];
  /** When processes, Temporal or WeChat Pay were killed, frozen or unreachable. */
  readonly losses: readonly Loss[];
  readonly clientErrors: readonly string[];
  /** The processes that ended by themselves, except if they found no Temporal server when they started. */
  readonly crashes: readonly string[];
  /** Which secret was found in which file. */
  readonly leaks: readonly string[];
}

/** An order as it was planned, and as the sandbox has it in the end. */
export interface OrderEvidence {
  /** `mchid/number`, or `mchid/subMchid/number`. */
  readonly key: string;
  readonly kind: string;
  readonly workflowId: string;
  /** When the checkout says it was created, or when the sandbox created it: the later of the two. */
  readonly createdAt: number;
  /** Its state at the sandbox; `null`: the sandbox does not have it. */
  readonly state: string | null;
  /** When the sandbox closed it; `null`: never. */
  readonly closedAt: number | null;
  /** The deadline with which its workflow was started. */
  readonly dueAt: number;
  /** How an order of its kind may end: see `endName`. */
  readonly ends: readonly string[];
  /** What the checkout requested of its workflow, in order. */
  readonly requests: readonly RequestEvidence[];
  /** The amount that the checkout expects. */
  readonly expected: Amount;
  readonly payments: readonly PaymentEvidence[];
}

/** A request of a checkout, and the client's answer. */
export interface RequestEvidence {
  readonly does: 'close-now' | 'extend' | 'placement-failed';
  /** The requested deadline of an `extend`, otherwise `null`. */
  readonly payBefore: number | null;
  /** When it was first made. */
  readonly askedAt: number;
  /** When its last answer came; `null`: none came. */
  readonly answeredAt: number | null;
  /** Whether the workflow accepted it. `maybe`: an earlier try without an answer may have been accepted. */
  readonly accepted: 'yes' | 'no' | 'maybe';
}

/** A payment at the sandbox. */
export interface PaymentEvidence {
  readonly transactionId: string;
  readonly amount: Amount;
  readonly paidAt: number;
  /** When the receiver first accepted a notification of it; `null`: it accepted none. */
  readonly notifiedAt: number | null;
}

export interface ServiceOrderEvidence {
  /** `payscore/mchid/number`. */
  readonly key: string;
  readonly kind: string;
  readonly workflowId: string;
  readonly state: string | null;
  /** When the sandbox revoked it; `null`: never. */
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
  /** It allows a cancel from then on: after its planned time, and the time that the user has to confirm. */
  readonly from: number;
  readonly mayCancel: readonly Cancellable[];
  /** The amount that it gives up, in fen; `null`: none. */
  readonly giveUp: number | null;
}

/** One request over the wire. */
export interface WireCall {
  readonly arrivedAt: number;
  /** The process that opened the connection. */
  readonly pid: number;
  readonly call: 'query' | 'close' | 'cancel' | 'other';
  /** The key of its order or service order; empty if it is about none. */
  readonly order: string;
  readonly body: string;
  /** When the answer was sent back; `null`: none was. */
  readonly answeredAt: number | null;
  /** The state or the code of the answer, by the sandbox's ledger; `null`: the ledger does not have the request. */
  readonly said: string | null;
  /** Whether the answer could be verified: rightly signed, complete, and about this order. */
  readonly isBelievable: boolean;
  /** The faults that the sandbox applied to it. */
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
  /** The transaction ids in its input and its signals. */
  readonly reportedPayments: readonly string[];
  /** What it began to tell the checkout, in this order. */
  readonly tells: readonly Tell[];
  /** Why it needs a person, as lists show it; `null`: it does not. */
  readonly reason: string | null;
  readonly work: readonly Work[];
}

/** An event that a run told, as far as the audit compares it with what came. */
export interface Tell {
  readonly type: string;
  readonly sequence: number;
}

/** A post that reached the checkout. */
export interface Post {
  readonly at: number;
  /** The header `webhook-id`. */
  readonly id: string;
  readonly body: string;
  /** Whether it was answered with 2xx. */
  readonly isTaken: boolean;
  /** Why the library refused it; `null`: it is verified. */
  readonly fault: string | null;
}

/** A workflow task, or the last attempt of an activity, and the process that ran it. */
export interface Work {
  readonly what: 'task' | 'activity';
  readonly pid: number;
  readonly startedAt: number;
  /** When it ended or timed out; `null`: never. */
  readonly endedAt: number | null;
  /** Whether the process answered. If not, it timed out. */
  readonly isDone: boolean;
}

/** A time in which something was unavailable. */
export interface Loss {
  readonly what:
    'worker-killed' | 'worker-frozen' | 'receiver-killed' | 'temporal-killed' | 'wechatpay-away' | 'checkout-away';
  readonly from: number;
  /** When it was available again, or its new process was ready; `null`: never. */
  readonly until: number | null;
  /** The process, if it is a worker or a receiver. */
  readonly pid: number | null;
}
