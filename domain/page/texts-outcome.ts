import type { Text } from '../locale.js';
import type { DeliveryReason } from '../outcome/state.js';

export const DELIVERY = {
  summary: { en: 'What the checkout is told of {id}', zh: '通知商户系统：{id}' },
  identity: {
    en: 'What {id} has to tell the checkout of merchant {mchid}: a URL of the merchants file did not take it at once.',
    zh: '{id} 需通知商户 {mchid} 的系统：商户文件中的某个地址未能立即接收。',
  },
  event: { en: '{type}: {means} ({at}, {id})', zh: '{type}：{means}（{at}，{id}）' },
  notKept: {
    en: 'And {count} more events, which are too many to be kept: the feed lists how the order is now.',
    zh: '另有 {count} 个事件因数量过多未予保留：可从事件列表查询订单的现状。',
  },
  postedAgain: { en: '; posted again at {until}', zh: '；将于 {until} 再次投递' },
  lastTry: { en: 'Last try: {said}{host} ({at}).', zh: '最近一次投递：{said}{host}（{at}）。' },
  host: { en: ' from {host}', zh: '，来自 {host}' },
  releasing: {
    en: 'A person asked to stop: the try in flight is awaited first.',
    zh: '已有人要求停止：进行中的投递会先等到结果。',
  },
  telling: { en: 'Tell the checkout: {type}', zh: '通知商户系统：{type}' },
} as const satisfies Record<string, Text>;

/** Why a person is needed, and what is to be done. */
export const DELIVERY_REASONS_TEXT = {
  'not-delivered': {
    en: 'The checkout has taken nothing for three days. Find out why from the last try: the checkout is down, its address has changed (`outcomes` in the merchants file), or its secret has. Then retry. If the checkout knows the outcome by now, give up.',
    zh: '商户系统三天内未接收任何事件。请根据最近一次投递查明原因：系统停机、地址变更（商户文件中的 `outcomes`）或密钥变更，然后重试。若商户系统已知晓结果，可放弃投递。',
  },
  gone: {
    en: 'The checkout answered 410: it says that nothing is to be sent to this URL any more. Correct `outcomes` in the merchants file, then retry; or give up.',
    zh: '商户系统应答 410，表示该地址不再接收事件。请更正商户文件中的 `outcomes` 后重试，或放弃投递。',
  },
} as const satisfies Record<DeliveryReason, Text>;

/** How a delivery ended. */
export const DELIVERY_ENDS = {
  delivered: { en: '**Delivered**: the checkout has taken every event.', zh: '**已送达**：商户系统已接收全部事件。' },
  givenUp: {
    en: '**Given up** by {by}: {note}. The events below were not taken by every URL.',
    zh: '**已放弃**，经办人 {by}：{note}。以下事件未被所有地址接收。',
  },
  released: {
    en: '**Stopped**, as a person asked. The events below were not taken by every URL.',
    zh: '**已按人工要求停止**。以下事件未被所有地址接收。',
  },
} as const satisfies Record<string, Text>;

export const DELIVERY_OFFERS = {
  retry: {
    en: 'what was wrong is fixed: post the events again now, and for three more days.',
    zh: '问题已排除：立即再次投递，并重新计算三天期限。',
  },
  giveUp: {
    en: 'post them no more. The order is not changed by that. `note` and `by` are yours to write.',
    zh: '不再投递。订单本身不受影响。`note` 与 `by` 请如实填写。',
  },
  note: { en: 'why the checkout need not be told', zh: '请写明无需通知商户系统的原因' },
  stop: {
    en: '**Request Cancellation** stops the delivery. The order is not changed by that.',
    zh: '按钮 **Request Cancellation** 只是停止投递，订单本身不受影响。',
  },
} as const satisfies Record<string, Text>;
