import { isOrderClientError, type OrderClientError } from '../../client/index.js';
import type { Locale, Text } from '../../domain/locale.js';
import { fill } from '../../domain/page/texts.js';
import { describeFaults } from '../../domain/validation.js';
import type { Desk } from './desk.js';
import { STATES } from './texts.js';

/** What went wrong with an order, for a person at a terminal, by the code of the client's error. */
const ERRORS = {
  'invalid-order': { en: 'It was refused: {detail}.', zh: '被拒绝：{detail}。' },
  'already-ended': { en: 'It has ended ({detail}), so nothing was changed.', zh: '已了结（{detail}），未作任何更改。' },
  'order-not-found': {
    en: 'No workflow {id} is known. Check the merchant and the number. If the order was never watched, or Temporal has forgotten it, `orders adopt` takes it up.',
    zh: '查不到工作流 {id}。请核对商户号与单号。若从未跟踪该订单，或 Temporal 已不再保存，可用 `orders adopt` 接管。',
  },
  'no-outcome': {
    en: 'Its workflow ended without an outcome ({detail}): nobody watches the order. `orders adopt` takes it up again.',
    zh: '其工作流未得出结果即结束（{detail}）：订单无人跟踪。可用 `orders adopt` 重新接管。',
  },
  'no-worker': {
    en: 'No worker answered within {seconds} s. Does one run, on the right task queue, and is it not overloaded? What was sent may still take effect: look with `orders check` before you send it again.',
    zh: '{seconds} 秒内没有 worker 应答。是否有 worker 在正确的任务队列上运行，且未过载？已发送的操作仍可能生效：再次发送前请先用 `orders check` 查看。',
  },
  'no-server': {
    en: 'The Temporal server at {address} did not answer within {seconds} s. Is it up, and are TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE right? What was sent may still take effect.',
    zh: '{address} 的 Temporal 服务在 {seconds} 秒内没有应答。服务是否在运行，TEMPORAL_ADDRESS 与 TEMPORAL_NAMESPACE 是否正确？已发送的操作仍可能生效。',
  },
  'call-failed': { en: '{detail}', zh: 'Temporal 拒绝了调用：{detail}' },
  'other-encoding': { en: '{detail}', zh: '编码与 worker 不一致：{detail}' },
} as const satisfies Record<OrderClientError['code'], Text>;

/** Errors that are not about one order: all others would fail in the same way. */
export const OF_ALL: readonly string[] = ['no-server', 'call-failed', 'other-encoding'];

/** A failure as it is reported. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** An error in words, if it is one of the client. @throws the error, if it is not */
export function failureOf(error: unknown, { locale, address }: Desk): Failure {
  if (!isOrderClientError(error)) throw error;
  const id = 'workflowId' in error ? error.workflowId : '';
  const seconds = 'waitedMs' in error ? String(Math.round(error.waitedMs / 1_000)) : '';
  const message = fill(ERRORS[error.code], locale, { id, seconds, address, detail: detailOf(error, locale) });
  return { code: error.code, message };
}

function detailOf(error: OrderClientError, locale: Locale): string {
  switch (error.code) {
    case 'invalid-order':
      return describeFaults(error.faults);
    case 'already-ended':
      return stateWords(error.outcome.ended, locale);
    case 'no-outcome':
      return error.status;
    default:
      return error.message;
  }
}

/** A `WxpayState` in words; one that this version does not know, as it is. */
export function stateWords(state: string | null, locale: Locale): string {
  return state !== null && Object.hasOwn(STATES, state) ? STATES[state as keyof typeof STATES][locale] : (state ?? '');
}
