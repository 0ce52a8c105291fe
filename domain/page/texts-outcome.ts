import type { Text } from '../locale.js';
import type { DeliveryReason } from '../outcome/state.js';

export const DELIVERY = {
  summary: { en: 'What the checkout is told of {id}', zh: '通知商户系统：{id}' },
  identity: {
    en: 'This delivers what {id} tells the checkout of merchant {mchid}, since a URL of the merchants file did not take it at once. The order itself does not wait for that.',
    zh: '本流程投递 {id} 通知商户 {mchid} 系统的事件，因商户文件中的某个地址未能立即接收；订单本身不等待投递。',
  },
  event: { en: '{type}: {means}; {at}, {id}', zh: '{type}：{means}；{at}，{id}' },
  more: { en: 'And {count} more events after these.', zh: '其后另有 {count} 个事件。' },
  notKept: {
    en: 'And {count} more events, which are too many to be kept: the feed lists how the order is now.',
    zh: '另有 {count} 个事件因数量过多未予保留：可从事件列表查询订单的现状。',
  },
  postedAgain: { en: '; the events are posted again at {until}', zh: '；将于 {until} 再次投递' },
  lastTry: {
    en: 'Last try that was not taken: {said}{host} ({at}){because}.',
    zh: '最近一次未被接收的投递：{said}{host}（{at}）{because}。',
  },
  means: { en: ': {means}', zh: '：{means}' },
  host: { en: ' from {host}', zh: '，来自 {host}' },
  releasing: {
    en: 'A person asked to stop: the try in flight is awaited first.',
    zh: '已有人要求停止：进行中的投递会先等到结果。',
  },
  unknownType: { en: 'of a newer version', zh: '来自更新的版本' },
  telling: { en: 'Tell the checkout: {type}', zh: '通知商户系统：{type}' },
} as const satisfies Record<string, Text>;

/** What the worker says of a try if there was no answer because of itself. */
export const SAID_BY_WORKER = {
  LOCAL_NO_URL: {
    en: 'the merchants file of the worker has no `outcomes` for this merchant',
    zh: '本程序的商户文件中，该商户没有 `outcomes`',
  },
  LOCAL_UNKNOWN_MERCHANT: {
    en: 'the merchants file of the worker does not have this merchant',
    zh: '本程序的商户文件中没有该商户',
  },
  LOCAL_URL_BUSY: {
    en: 'as many posts to this URL as are made at a time were under way',
    zh: '发往该地址的投递已达并发上限',
  },
  LOCAL_URL_SILENT: {
    en: 'this URL did not answer the last post, so only two at a time are made to it, and these were under way',
    zh: '该地址未应答上一次投递，因此同时只向其投递两次，且这两次尚在进行',
  },
  LOCAL_LOST: {
    en: 'the try was ended in Temporal, or lost with its worker; it may have been taken',
    zh: '该次投递在 Temporal 中被终止，或随程序实例丢失；商户系统可能已接收',
  },
} as const satisfies Record<string, Text>;

/** Why a person is needed, and what is to be done. */
export const DELIVERY_REASONS_TEXT = {
  'not-delivered': {
    en: 'For three days, no try has reached every URL of the checkout. The last try says why: the checkout is down, its address has changed (`outcomes` in the merchants file), or its secret has. Correct that, then retry. If the checkout knows the outcome by now, give up.',
    zh: '三天内没有一次投递被商户系统的所有地址接收。请根据最近一次投递查明原因：系统停机、地址变更（商户文件中的 `outcomes`）或密钥变更；排除后重试。若商户系统已知晓结果，可放弃投递。',
  },
  gone: {
    en: 'The URL of the last try answered 410: nothing is to be posted to it any more. Correct `outcomes` in the merchants file, then retry. If the checkout knows the outcome by now, give up.',
    zh: '最近一次投递的地址应答 410，表示不再接收事件。请更正商户文件中的 `outcomes` 后重试。若商户系统已知晓结果，可放弃投递。',
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
    en: 'post the events again now, and for three more days. Send it when what was wrong is fixed.',
    zh: '立即再次投递，并重新计算三天期限。请在问题排除后发送。',
  },
  giveUp: {
    en: 'post the events no more. The order is not changed by that. `ids` are the events that you looked at: the update is refused if another has come. `note` and `by` are yours to write.',
    zh: '不再投递。订单本身不受影响。`ids` 须列出已核对的全部事件；若其间又有新事件，则会被拒绝。`note` 与 `by` 请如实填写。',
  },
  note: { en: 'why the checkout need not be told', zh: '请写明无需通知商户系统的原因' },
  stop: {
    en: '**Request Cancellation** stops the delivery. The order is not changed by that.',
    zh: '按钮 **Request Cancellation** 只是停止投递，订单本身不受影响。',
  },
} as const satisfies Record<string, Text>;
