import type { Audit } from '../sandbox/ledger.js';
import type { Played } from './checkout.js';
import type { LogLine } from './worker-process.js';

/** A line for a change of state, from the worker's own log; `undefined` for every other line. */
export function changeOfState(line: LogLine, startedAt: number): string | undefined {
  const { msg, workflowId, state, said } = line;
  if (msg !== 'the order changed state' || typeof workflowId !== 'string' || typeof state !== 'string')
    return undefined;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  const order = workflowId.split('/').at(-1) ?? workflowId;
  const reason = typeof said === 'string' ? reasonOf(said) : '';
  return `${seconds} s  ${order.padEnd(30)} ${state.padEnd(16)} ${reason}`.trimEnd();
}

/** The codes that begin with LOCAL_ are the worker's own: WeChat Pay said nothing that could be believed. */
function reasonOf(said: string): string {
  return said.startsWith('LOCAL_') ? `nothing to believe (${said})` : `WeChat Pay said ${said}`;
}

const AUDIT_LINES: Record<keyof Audit, string> = {
  early: 'closed sooner than 5 minutes after creation',
  closedWhilePaid: 'close sent after WeChat Pay had said paid',
  needless: 'close sent without a fresh NOTPAY before it',
  wrong: 'outcome that is not the state at WeChat Pay',
};

/** What was expected and what came, and the audit of every call. */
export function report(played: readonly Played[], audit: Audit): { readonly text: string; readonly holds: boolean } {
  const rows = played.map(({ story, outTradeNo, actual }) => {
    const mark = actual === story.expect ? 'ok  ' : 'FAIL';
    return `  ${mark}  ${outTradeNo.padEnd(30)} expected ${story.expect.padEnd(14)} got ${actual}`;
  });
  const kinds = Object.keys(AUDIT_LINES) as (keyof Audit)[];
  const counts = kinds.map((kind) => {
    const names = audit[kind].length === 0 ? '' : `: ${audit[kind].join(', ')}`;
    return `  ${String(audit[kind].length).padStart(4)}  ${AUDIT_LINES[kind]}${names}`;
  });
  const asExpected = played.filter(({ story, actual }) => actual === story.expect).length;
  const holds = asExpected === played.length && kinds.every((kind) => audit[kind].length === 0);
  const text = [
    'Orders',
    ...rows,
    '',
    'Audit of every call that WeChat Pay received (all must be zero)',
    ...counts,
    '',
    `${asExpected} of ${played.length} orders ended as expected.`,
  ].join('\n');
  return { text, holds };
}
