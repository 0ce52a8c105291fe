import { formatFen, formatMoney } from '../../domain/page/money.js';
import type { OrderStory, ServiceStory, Story } from './story-schema.js';

/** What was asked for, in a few words. */
export function askedFor(story: Story): string {
  return 'outTradeNo' in story ? orderAsked(story) : serviceAsked(story);
}

function orderAsked(story: OrderStory): string {
  const { api, signType, subMchid, checkoutExpects, amount, payWithin, checkNow, closeNow, operator } = story;
  const { startedAfter } = story;
  const way = signType === undefined ? api : `${api} ${signType}`;
  const parts = [`${way}, ${formatMoney(checkoutExpects ?? amount, 'en')} within ${payWithin}`];
  if (subMchid !== undefined) parts.push(`of ${subMchid}`);
  if (startedAfter !== undefined) parts.push(`started after ${startedAfter}`);
  if (checkNow !== undefined) parts.push('checkNow');
  if (closeNow !== undefined) parts.push('closeNow');
  if (operator !== undefined) parts.push(operator.does);
  return parts.join(', ');
}

function serviceAsked({ cancel }: ServiceStory): string {
  return `PayScore, cancel ${cancel.map(conditionOf).join(', then ')}`;
}

function conditionOf({ when, mayCancel, giveUp }: ServiceStory['cancel'][number]): string {
  if (when !== 'now') return `if not confirmed in ${when.ifNotConfirmedWithin}`;
  const inService = mayCancel.includes('in-service') ? ' also in service' : '';
  const given = giveUp === undefined ? '' : `, giving up ${formatFen(giveUp.total, 'en')}`;
  return `now${inService}${given}`;
}

/** Which waits of our own a story shortens, as in `HURRIED: patience 1h`; `undefined` where it shortens none. */
export function shortened(story: Story): string | undefined {
  if (!('outTradeNo' in story) || story.timing === undefined) return undefined;
  return `${story.outTradeNo}: ${leaves(story.timing).join(', ')}`;
}

function leaves(lengths: object, path: readonly string[] = []): string[] {
  return Object.entries(lengths).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? leaves(value, [...path, name])
      : [`${[...path, name].join('.')} ${String(value)}`],
  );
}
