import type { Text } from '../locale.js';
import type { Happening } from '../story.js';

/** What a step was about, if it is no update: the name of an update is shown as it is sent. */
export const HAPPENINGS = {
  queryOrder: { en: 'query', zh: '查单' },
  closeOrder: { en: 'close', zh: '关单' },
  queryServiceOrder: { en: 'query', zh: '查询' },
  cancelServiceOrder: { en: 'cancel', zh: '取消' },
  tellOutcome: { en: 'told the checkout', zh: '通知商户系统' },
  deliverOutcomes: { en: 'posted to the checkout', zh: '投递至商户系统' },
  notification: { en: 'notification', zh: '通知' },
  timer: { en: 'the wait was over', zh: '等待结束' },
  requestCancellation: { en: '*Request Cancellation*', zh: '*Request Cancellation*' },
  event: { en: 'a further event to deliver', zh: '新增待投递事件' },
  started: { en: 'the watching began', zh: '开始跟踪' },
  newRun: { en: 'went on in a new run', zh: '在新的运行中继续' },
  latePayment: { en: 'handed a payment on', zh: '移交一笔付款' },
  taskFailed: { en: 'a workflow task failed', zh: '工作流任务失败' },
  reset: { en: 'reset', zh: '被重置' },
  ended: { en: 'ended', zh: '结束' },
} as const satisfies Partial<Record<Happening, Text>>;

export const STORY = {
  head: { en: '**Last steps** ({timeZone}):', zh: '**最近的步骤**（{timeZone}）：' },
  said: { en: ': {said}', zh: '：{said}' },
  notSent: { en: ', nothing was sent', zh: '，未发送' },
  maybeSent: { en: ', maybe sent', zh: '，可能已发送' },
  asked: { en: ', by {about}', zh: '，由 {about} 触发' },
  about: { en: ', {about}', zh: '，{about}' },
  by: { en: ', by {by}', zh: '，经办人 {by}' },
  requestId: { en: ', Request-ID {requestId}', zh: '，Request-ID {requestId}' },
  times: { en: ', {times} times since {since}, the same each time', zh: '，自 {since} 起共 {times} 次，均相同' },
  shows: { en: ' — now {state}', zh: ' — 现为 {state}' },
  reason: { en: '{state} ({reason})', zh: '{state}（{reason}）' },
} as const satisfies Record<string, Text>;
