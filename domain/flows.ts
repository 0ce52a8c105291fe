import { LATE_PAYMENT_WORKFLOW, LATE_REASONS } from './late/state.js';
import { GUARDS as LATE_GUARDS, LATE_PAYMENT } from './late/table.js';
import { GUARDS as ORDER_GUARDS } from './orders/guards.js';
import { TIMEOUT_THEN_CLOSE_WORKFLOW } from './orders/order.js';
import { ATTENTION_REASONS } from './orders/state.js';
import { TIMEOUT_THEN_CLOSE } from './orders/table.js';
import { DELIVER_OUTCOMES_WORKFLOW, DELIVERY_REASONS } from './outcome/state.js';
import { GUARDS as DELIVERY_GUARDS, OUTCOME_DELIVERY } from './outcome/table.js';
import { GUARDS as SERVICE_GUARDS } from './payscore/guards.js';
import { CANCEL_PAYSCORE_WORKFLOW } from './payscore/order.js';
import { SERVICE_ATTENTION_REASONS } from './payscore/state.js';
import { CANCEL_PAYSCORE } from './payscore/table.js';

interface ListedFlow {
  readonly workflowType: string;
  readonly rows: readonly object[];
  readonly guards: object;
  /** Why a person is asked. */
  readonly reasons: readonly string[];
  /** Whether its workflows have a `WxpayDeadline`, and are overdue after it. */
  readonly hasDeadline: boolean;
}

/** All flows, by folder: their workflows are counted for the metrics, and `npm run mutate` tries their tables. */
export const FLOWS = {
  orders: {
    workflowType: TIMEOUT_THEN_CLOSE_WORKFLOW,
    rows: TIMEOUT_THEN_CLOSE,
    guards: ORDER_GUARDS,
    reasons: ATTENTION_REASONS,
    hasDeadline: true,
  },
  payscore: {
    workflowType: CANCEL_PAYSCORE_WORKFLOW,
    rows: CANCEL_PAYSCORE,
    guards: SERVICE_GUARDS,
    reasons: SERVICE_ATTENTION_REASONS,
    hasDeadline: true,
  },
  late: {
    workflowType: LATE_PAYMENT_WORKFLOW,
    rows: LATE_PAYMENT,
    guards: LATE_GUARDS,
    reasons: LATE_REASONS,
    hasDeadline: false,
  },
  outcome: {
    workflowType: DELIVER_OUTCOMES_WORKFLOW,
    rows: OUTCOME_DELIVERY,
    guards: DELIVERY_GUARDS,
    reasons: DELIVERY_REASONS,
    hasDeadline: false,
  },
} as const satisfies Record<string, ListedFlow>;

/** Why a person is asked, in any flow. */
export type FlowReason = (typeof FLOWS)[keyof typeof FLOWS]['reasons'][number];
