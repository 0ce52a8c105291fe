import type { PhaseWords } from '../flow.js';
import type { Locale, Text } from '../locale.js';
import { LATE_PAYMENT_WORKFLOW } from '../late/state.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../payscore/order.js';
import { DELIVER_OUTCOMES_WORKFLOW } from '../outcome/state.js';
import { PHASES as ORDER_PHASES } from '../orders/table.js';
import { PHASES as SERVICE_PHASES } from '../payscore/table.js';
import { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../orders/order.js';
import { OFFERED as ORDER_OFFERED } from './order-requests.js';
import { OFFERED as SERVICE_OFFERED } from './service-order-requests.js';

/** A command of `wechatpay-orders orders`, with an example of its options, and what it does. */
interface CommandRow {
  readonly command: string;
  /** Default: the id of the workflow. */
  readonly takes?: string;
  readonly options?: string;
  readonly means: Text;
}

/** The commands with which a person acts on one order, by the update that each sends, or by its own name. */
export const COMMANDS = {
  checkNow: {
    command: 'check',
    means: { en: 'ask WeChat Pay now; never closes it', zh: '立即查单；不会因此关单' },
  },
  closeNow: {
    command: 'close',
    means: { en: 'close it at the first allowed instant', zh: '在允许的最早时刻关单' },
  },
  extend: {
    command: 'extend',
    options: "--until '…'",
    means: { en: 'close it later', zh: '推迟关单' },
  },
  requestCancel: {
    command: 'cancel',
    options: "--reason '…'",
    means: { en: 'cancel it', zh: '取消服务订单' },
  },
  retry: {
    command: 'retry',
    means: { en: 'what was wrong is fixed: try again now', zh: '问题已排除：立即重试' },
  },
  resolve: {
    command: 'resolve',
    options: "--as … --note '…'",
    means: { en: 'say how it ended; WeChat Pay is asked once more', zh: '认定结果；会再查询一次微信支付' },
  },
  record: {
    command: 'record',
    options: "--as refunded --transactions '…' --note '…'",
    means: { en: 'say what was done about the payment', zh: '登记对该笔付款的处理' },
  },
  adopt: {
    command: 'adopt',
    takes: 'orders.jsonl',
    means: { en: 'have it watched again: its line in a file', zh: '重新开始跟踪：将其写入文件' },
  },
  resend: { command: 'resend', means: { en: 'tell the checkout again', zh: '再次通知商户系统' } },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof COMMANDS;

/** What lists show as `WxpayState` while a person is needed, in every flow. */
export const NEEDS_ATTENTION = 'needs-attention';

/**
 * The commands that settle a workflow in a state.
 *
 * @param state as a list shows it
 * @param isOpen `false`: the workflow has ended
 */
export function commandsFor(type: string, state: string, isOpen: boolean): readonly CommandName[] {
  const isLife = type === TIMEOUT_THEN_CLOSE_WORKFLOW || type === CANCEL_PAYSCORE_WORKFLOW;
  if (!isOpen) {
    if (type === DELIVER_OUTCOMES_WORKFLOW) return [];
    const isUnwatched = type === TIMEOUT_THEN_CLOSE_WORKFLOW && (state === 'released' || !isEnd(state));
    return isUnwatched ? ['adopt'] : ['resend'];
  }
  if (type === LATE_PAYMENT_WORKFLOW)
    return state === NEEDS_ATTENTION || state === 'unsettled' ? ['record', 'retry'] : [];
  if (type === DELIVER_OUTCOMES_WORKFLOW) return ['retry'];
  if (!isLife) return [];
  const offered: Readonly<Record<string, readonly (CommandName | 'placedAgain')[]>> =
    type === TIMEOUT_THEN_CLOSE_WORKFLOW ? ORDER_OFFERED : SERVICE_OFFERED;
  const phase = phaseIn(type, state);
  const updates = Object.entries(offered).find(([name]) => name === phase)?.[1] ?? [];
  return updates.filter((update) => update !== 'placedAgain');
}

/** The phase that a list shows as a state. */
function phaseIn(type: string, state: string): string | undefined {
  const phases: Readonly<Record<string, PhaseWords>> =
    type === TIMEOUT_THEN_CLOSE_WORKFLOW ? ORDER_PHASES : SERVICE_PHASES;
  return Object.entries(phases).find(([, phase]) => phase.visible === state)?.[0];
}

function isEnd(state: string): boolean {
  return phaseIn(TIMEOUT_THEN_CLOSE_WORKFLOW, state) === undefined;
}

/** A command for one order, ready to be copied, and what it does. */
export function describeCommand(name: CommandName, workflowId: string, locale: Locale): readonly [string, string] {
  const { command, means, options, takes = `'${workflowId}'` }: CommandRow = COMMANDS[name];
  return [['wechatpay-orders orders', command, takes, options].filter((part) => part).join(' '), means[locale]];
}
