import type { Text } from '../locale.js';
import { isKept } from './facts.js';
import type { DeliveryEvent, DeliveryState } from './state.js';

/** What an event can mean, as rows name it. */
export const TRIGGERS = {
  timer: { en: 'the pause is over', zh: '暂停结束' },
  added: { en: 'a further event of the order', zh: '该订单的又一个事件' },
  repeated: { en: 'an event that is kept already: no row', zh: '已保存的事件：无对应行' },
  retryRequested: { en: '`retry`', zh: '`retry`' },
  gaveUp: { en: '`giveUp`', zh: '`giveUp`' },
  releaseRequested: { en: '_Request Cancellation_', zh: '_Request Cancellation_' },
  taken: { en: 'a try: every event that was posted was taken', zh: '投递：所发事件均被接收' },
  failed: {
    en: 'a try: a URL did not answer 200 to 299, there is no URL, or the worker does not know the merchant',
    zh: '投递：某个地址的应答不是 200 至 299，或没有地址，或本程序没有该商户',
  },
  gone: { en: 'a try: a URL answered 410', zh: '投递：某个地址应答 410' },
} as const satisfies Record<string, Text>;

export type DeliveryTrigger = keyof typeof TRIGGERS;

/** The trigger of an event, for this delivery. */
export function triggerOf(state: DeliveryState, event: DeliveryEvent): DeliveryTrigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'eventAdded':
      return isKept(state, event.added) ? 'repeated' : 'added';
    case 'retryRequested':
    case 'gaveUp':
    case 'releaseRequested':
      return event.type;
    case 'delivered': {
      const { failure } = event.result;
      if (failure === null) return 'taken';
      return failure.isGone ? 'gone' : 'failed';
    }
  }
}
