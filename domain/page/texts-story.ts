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

/** The parts of a whole story on a command line. */
export const WHOLE = {
  state: {
    en: '{type}: {state}. events: {events}, runs: {runs}.',
    zh: '{type}：{state}。共 {events} 个事件，{runs} 次运行。',
  },
  steps: { en: 'What happened ({timeZone}):', zh: '经过（{timeZone}）：' },
  left: { en: '… {count} more steps: --all shows them', zh: '……另有 {count} 步：--all 显示全部' },
  next: { en: 'Next: {next}', zh: '下一步：{next}' },
  call: { en: '{call} is in flight, attempt {attempt}{last}', zh: '{call}进行中，第 {attempt} 次尝试{last}' },
  lastCode: { en: '; the last one failed with {code}', zh: '；上一次失败：{code}' },
  nothing: { en: 'nothing, it has ended.', zh: '无，已了结。' },
  unwatched: {
    en: 'nothing: the workflow was ended in Temporal ({status}), without an outcome, and nobody watches it.',
    zh: '无：工作流已在 Temporal 中被终止（{status}），没有结果，且无人跟踪。',
  },
  until: { en: ', until {until}', zh: '，至 {until}' },
  commands: { en: 'What can be done:', zh: '可以执行的操作：' },
  noCommands: { en: 'Nothing needs to be done.', zh: '无需操作。' },
  unread: { en: 'Its input cannot be read by this version.', zh: '此版本无法读取其输入。' },
} as const satisfies Record<string, Text>;

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
