import type { CancelRequestInput, OrderInput } from '../../client/index.js';
import type { Instant } from '../../domain/time.js';
import { lengthOf, type OrderStory, type ServiceStory, type Story } from './story-schema.js';
import type { Fault } from '../../domain/validation.js';
import { checkOrder, outTradeNoFault } from '../../domain/orders/input.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { checkCancelRequest } from '../../domain/payscore/requests.js';
import { isPossible, type Misbehaviour } from '../sandbox/misbehaviour.js';
import { DEFAULT_APPID } from '../sandbox/orders.js';
import { DEFAULT_SERVICE_ID } from '../sandbox/service-orders.js';
import type { SandboxApi, SandboxCall } from '../sandbox/calls.js';
import { mchidOf } from './context.js';

/** The input with which the checkout starts the workflow of an order. */
export function orderInput(
  story: OrderStory,
  { mchid, outTradeNo, createdAt }: { mchid: string; outTradeNo: string; createdAt: Instant },
): OrderInput {
  const { api, subMchid, amount, checkoutExpects, payWithin, timing } = story;
  return {
    api,
    mchid,
    ...(subMchid !== undefined && { subMchid }),
    outTradeNo,
    amount: checkoutExpects ?? amount,
    createdAt: new Date(createdAt).toISOString(),
    // The sandbox created the order at that time, so the real 5 minutes hold.
    trustCreatedAt: true,
    payWithin,
    ...(timing !== undefined && { timing }),
  };
}

/** A request to cancel as the client takes it; its id is its place in the story. */
export function cancelRequest(
  { after: _, giveUp, ...request }: ServiceStory['cancel'][number],
  place: number,
): CancelRequestInput {
  return { requestId: `request-${place + 1}`, ...request, ...(giveUp !== undefined && { giveUp }) };
}

/** WeChat Pay accepts 32 characters, of which the suffix of the run takes some. */
const LONGEST_NUMBER = 24;

/** What is wrong with a well-formed story, by the rules of the client and of the demo. */
export function faultsOf(story: Story): string[] {
  return 'outTradeNo' in story ? orderFaults(story) : serviceFaults(story);
}

function orderFaults(story: OrderStory): string[] {
  const { api, signType, placed, shopper, wechatpay, outTradeNo, closeNow, checkNow, operator, startedAfter } = story;
  const now = Date.now();
  const place = { mchid: mchidOf(story), outTradeNo, createdAt: now - lengthOf(story.createdAgo) };
  const checked = checkOrder(orderInput(story, place), now);
  const faults = checked.ok ? [] : said(checked.faults);
  faults.push(...tooLong('outTradeNo', outTradeNo));
  if ((api === 'v2') !== (signType !== undefined)) faults.push('signType must be given for v2, and for it only');
  if (!placed && shopper !== undefined) faults.push('shopper cannot pay what is not placed');
  if (startedAfter !== undefined && (checkNow ?? closeNow ?? operator) !== undefined) {
    faults.push(
      'startedAfter cannot be given with checkNow, closeNow or operator: they want a workflow from the start',
    );
  }
  if (closeNow !== undefined) faults.push(...replacementFaults(closeNow.replacedBy, story));
  return [...faults, ...neverMet(wechatpay, api)];
}

function replacementFaults(replacedBy: string, { api, outTradeNo }: OrderStory): string[] {
  const field = 'closeNow.replacedBy';
  const wrong = outTradeNoFault(field, replacedBy, api);
  if (wrong !== undefined) return said([wrong]);
  return replacedBy === outTradeNo ? [`${field} must be another number`] : tooLong(field, replacedBy);
}

function serviceFaults({ outOrderNo, user, merchant, cancel, wechatpay }: ServiceStory): string[] {
  const ref = { mchid: '1', outOrderNo, serviceId: DEFAULT_SERVICE_ID, appid: DEFAULT_APPID };
  const now = Date.now();
  const checked = checkServiceOrder(ref, now);
  const faults = checked.ok ? [] : said(checked.faults);
  faults.push(...tooLong('outOrderNo', outOrderNo));
  for (const [place, request] of cancel.entries()) {
    const asked = checkCancelRequest(cancelRequest(request, place), now);
    if (!asked.ok) faults.push(...said(asked.faults, `cancel.${place}.`));
  }
  if (merchant !== undefined && !isConfirmedBefore(user, merchant.completesAfter)) {
    faults.push('merchant.completesAfter must be later than user.confirmsAfter: only then can it be completed');
  }
  return [...faults, ...neverMet(wechatpay, 'payscore')];
}

function isConfirmedBefore(user: ServiceStory['user'], completesAfter: string): boolean {
  return user !== undefined && lengthOf(user.confirmsAfter) < lengthOf(completesAfter);
}

function tooLong(field: string, number: string): string[] {
  return number.length > LONGEST_NUMBER
    ? [`${field} must be at most ${LONGEST_NUMBER} long: the suffix of the run is added`]
    : [];
}

function neverMet(misbehaviours: readonly (Misbehaviour & { readonly on: SandboxCall })[], api: SandboxApi): string[] {
  return misbehaviours.flatMap((misbehaviour, place) =>
    isPossible(misbehaviour, misbehaviour.on, api)
      ? []
      : [`wechatpay.${place}.what ${misbehaviour.what} cannot be met by a ${misbehaviour.on} over ${api}`],
  );
}

function said(faults: readonly Fault[], prefix = ''): string[] {
  return faults.map(({ field, rule }) => `${prefix}${field} ${rule}`);
}
