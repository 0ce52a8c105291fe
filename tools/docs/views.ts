import { DELIVER_OUTCOMES_WORKFLOW } from '../../domain/outcome/state.js';
import { LATE_PAYMENT_WORKFLOW } from '../../domain/late/state.js';
import { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../domain/orders/order.js';
import { overdueQuery } from '../../worker/backlog.js';
import { code, table } from './markdown.js';

/** The Web UI of `wechatpay-orders temporal`, and the namespace of its server. */
const LIST = 'http://127.0.0.1:8233/namespaces/default/workflows';

/** An instant of the example. */
const DEADLINE = '2026-01-31T09:00:00+08:00';

const RUNNING = "ExecutionStatus = 'Running'";

/** The lists that operators keep as saved views in Temporal UI: what each is for, and its query. */
export const VIEWS: readonly (readonly [name: string, query: string])[] = [
  ['a person is needed', `WxpayState = 'needs-attention' AND ${RUNNING}`],
  ['a person is needed, for one reason', `WxpayReason = 'signature-refused' AND ${RUNNING}`],
  ['overdue: the worker should have closed or cancelled it', `${RUNNING} AND ${overdueQuery(DEADLINE)}`],
  ['unsettled: the worker tries again by itself', `WxpayState = 'unsettled' AND ${RUNNING}`],
  ['one merchant’s', `WxpayMerchant = '1900000109' AND ${RUNNING}`],
  ['payments after the end', `WorkflowType = '${LATE_PAYMENT_WORKFLOW}' AND WxpayState = 'needs-attention'`],
  ['outcomes that a checkout did not take', `WorkflowType = '${DELIVER_OUTCOMES_WORKFLOW}' AND ${RUNNING}`],
  ['orders that nobody watches', `WorkflowType = '${TIMEOUT_THEN_CLOSE_WORKFLOW}' AND ExecutionStatus = 'Terminated'`],
];

/** The address at which Temporal UI shows a query. */
export function viewUrl(query: string): string {
  // Parentheses would end the link of a document.
  const encoded = encodeURIComponent(query).replace(
    /[()']/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${LIST}?query=${encoded}`;
}

/** The views as a table, with links. */
export function savedViews(): string {
  return table(
    ['view', 'query'],
    VIEWS.map(([name, query]) => [`[${name}](${viewUrl(query)})`, code(query)]),
  );
}
