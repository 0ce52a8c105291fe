import { z } from 'zod';
import { ORDER_APIS } from '../../domain/orders/order.js';
import { CANCELLABLE } from '../../domain/payscore/write.js';
import { type Milliseconds, parseDuration } from '../../domain/time.js';
import { MISBEHAVIOUR_NAMES } from '../sandbox/misbehaviour.js';
import { formatFen, formatMoney } from '../../domain/page/format.js';

/** A length of time, such as `5m20s`. A field that says when something happens counts from the beginning of its story. */
const duration = z.string().refine((text) => parseDuration(text) !== undefined, "must be a duration such as '5m20s'");

/** The milliseconds of a length of time that the schema has checked. */
export function lengthOf(text: string): Milliseconds {
  return parseDuration(text) ?? 0;
}

/** A change of keys affects every order, so a story cannot have it. */
const POSSIBLE = MISBEHAVIOUR_NAMES.filter((what) => what !== 'rotateKey');

/** How WeChat Pay misbehaves: see the sandbox's table. */
const misbehaviours = <Call extends string>(...calls: readonly [Call, ...Call[]]) =>
  z
    .array(z.strictObject({ what: z.enum(POSSIBLE), on: z.enum(calls), times: z.int().positive().default(1) }))
    .default([]);

const amount = z.strictObject({ total: z.int(), currency: z.string() });

/** One order, and what happens to it. What is handed to the client has the client's names, and its rules. */
export const orderStorySchema = z.strictObject({
  /** Completed with the number of the run, so that a demo can be played again on the same server. */
  outTradeNo: z.string(),
  api: z.enum(ORDER_APIS).default('v3-global'),
  /** Of v2, and of it only: there is a merchant for each. */
  signType: z.enum(['HMAC-SHA256', 'MD5']).optional(),
  /** The order is that of an institution's sub-merchant. */
  subMchid: z.string().optional(),
  amount,
  /** The amount that the checkout starts the order with, if it is wrong. */
  checkoutExpects: amount.optional(),
  /** How long ago the order was created: the sandbox keeps the 5 minutes, so a demo cannot wait for them. */
  createdAgo: duration,
  payWithin: duration,
  /** Lengths of time of our own that differ from the defaults; the 5 minutes are not among them. */
  timing: z.record(z.string(), z.unknown()).optional(),
  /** When the story begins, counted from the beginning of the demo. */
  startsAfter: duration.default('0s'),
  /** How long after the placement the checkout starts the workflow: a notification may come before. At once by default. */
  startedAfter: duration.optional(),
  /** Whether WeChat Pay ever gets the placement. */
  placed: z.boolean().default(true),
  /** The shopper pays, and WeChat Pay's notification of it arrives or not; or the payment fails. */
  shopper: z
    .union([
      z.strictObject({ paysAfter: duration, notificationArrives: z.boolean() }),
      z.strictObject({ failsAfter: duration }),
    ])
    .optional(),
  /** The shopper's page returns, and the checkout asks at once. */
  checkNow: z.strictObject({ after: duration }).optional(),
  /** The checkout asks for the close, because the order is placed anew under another number. */
  closeNow: z.strictObject({ after: duration, replacedBy: z.string() }).optional(),
  wechatpay: misbehaviours('query', 'close'),
  /** What a person does once the order needs attention: retries after fixing what was wrong, or says how it ended. */
  operator: z
    .discriminatedUnion('does', [
      z.strictObject({ does: z.literal('retry') }),
      z.strictObject({
        does: z.literal('resolve'),
        as: z.enum(['paid', 'closed', 'never-existed']),
        note: z.string().min(1),
        by: z.string().min(1),
      }),
    ])
    .optional(),
  expect: z.enum(['paid', 'closed', 'never-existed', 'resolved']),
});

/** One PayScore service order, and what happens to it. */
export const serviceStorySchema = z.strictObject({
  /** Completed with the number of the run. */
  outOrderNo: z.string(),
  /** The user confirms, and WeChat Pay's notification of it arrives or not. */
  user: z.strictObject({ confirmsAfter: duration, notificationArrives: z.boolean() }).optional(),
  /** The merchant completes it, with so many fen due. */
  merchant: z.strictObject({ completesAfter: duration, totalDue: z.int().positive() }).optional(),
  /** The requests to cancel. The first starts the workflow. */
  cancel: z
    .array(
      z.strictObject({
        after: duration,
        reason: z.string(),
        when: z.union([z.literal('now'), z.strictObject({ ifNotConfirmedWithin: duration })]).default('now'),
        mayCancel: z.array(z.enum(CANCELLABLE)).default(['created']),
        giveUp: z.strictObject({ total: z.int() }).optional(),
      }),
    )
    .min(1, 'must have a request'),
  wechatpay: misbehaviours('query', 'cancel'),
  expect: z.enum(['cancelled', 'kept', 'done', 'expired', 'never-existed']),
});

export type OrderStory = z.infer<typeof orderStorySchema>;
export type ServiceStory = z.infer<typeof serviceStorySchema>;
export type Story = OrderStory | ServiceStory;

/** The number that the file gives it. */
export function storyNumber(story: Story): string {
  return 'outTradeNo' in story ? story.outTradeNo : story.outOrderNo;
}

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

/** Which waits of our own a story shortens, as in `HURRIED: patience 1h`; `undefined` if it shortens none. */
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
