import {
  AlreadyEndedError,
  type MerchantRef,
  type OrderHandle,
  OrderNotFoundError,
  type OrderView,
  type Outcome,
} from '../../client/index.js';
import { formatMoney } from '../../domain/page/format.js';
import { orderInput } from './story-rules.js';
import { type DemoContext, inRun, mchidOf, notify } from './context.js';
import { type Action, type Ending, LONGEST_WAIT_MS, playOut, type StoryClock } from './story-clock.js';
import { lengthOf, type OrderStory } from './story-schema.js';

/** WeChat Pay's own key of an order. */
type OrderKey = MerchantRef & { readonly outTradeNo: string };

/** One order of the demo, and what its actions need. */
interface DemoOrder {
  readonly story: OrderStory;
  readonly context: DemoContext;
  readonly key: OrderKey;
  readonly handle: OrderHandle;
}

/** The key of a story's order. */
export function orderKey(story: OrderStory, context: Pick<DemoContext, 'run'>): OrderKey {
  const { subMchid } = story;
  const outTradeNo = inRun(story.outTradeNo, context);
  return { mchid: mchidOf(story), outTradeNo, ...(subMchid !== undefined && { subMchid }) };
}

/** Plays the checkout, the shopper and the operator for one order. Returns how it ended. */
export async function playOrder(story: OrderStory, context: DemoContext): Promise<Ending> {
  const key = orderKey(story, context);
  const { outTradeNo } = key;
  const createdAt = Date.now() - lengthOf(story.createdAgo);
  const input = orderInput(story, { mchid: key.mchid, outTradeNo, createdAt });
  const handle = context.orders.order(key);
  const { startedAfter } = story;
  if (startedAfter === undefined) await context.orders.start(input);
  const timeExpire = createdAt + lengthOf(story.payWithin);
  if (story.placed) await place(story, context, key, { createdAt, timeExpire });
  const order: DemoOrder = { story, context, key, handle };
  return playOut({
    outcome: async (clock) => {
      if (startedAfter !== undefined && (await clock.at(startedAfter))) {
        await context.orders.start(input);
        context.tell(story.outTradeNo, 'the checkout starts the workflow');
      }
      return outcomeOf(handle);
    },
    state: async () => nameOf(await handle.state()),
    actions: [shopperOf(order), pageOf(order), checkoutOf(order), operatorOf(order)],
  });
}

async function place(
  story: OrderStory,
  { sandbox }: DemoContext,
  key: OrderKey,
  times: { readonly createdAt: number; readonly timeExpire: number },
): Promise<void> {
  const { api, amount, signType, wechatpay } = story;
  // If a shopper pays late, WeChat Pay must still accept the payment.
  const paysLate = story.shopper !== undefined || wechatpay.some(({ what }) => what === 'payFirst');
  await sandbox.place({
    ...key,
    api,
    amount,
    ...(signType !== undefined && { signType }),
    createdAt: times.createdAt,
    timeExpire: times.timeExpire + (paysLate ? LONGEST_WAIT_MS : 0),
  });
  for (const misbehaviour of wechatpay) sandbox.misbehave(key, misbehaviour);
}

function shopperOf({ story, context, key }: DemoOrder): Action {
  return async (clock) => {
    const { shopper } = story;
    if (shopper === undefined) return;
    if ('failsAfter' in shopper) {
      if (!(await clock.at(shopper.failsAfter))) return;
      await context.sandbox.become(key, 'PAYERROR');
      context.tell(story.outTradeNo, 'the payment fails');
      return;
    }
    if (!(await clock.at(shopper.paysAfter))) return;
    const payment = await context.sandbox.pay(key);
    if (payment === undefined) return;
    const fate = shopper.notificationArrives ? 'arrives' : 'is lost';
    context.tell(story.outTradeNo, `the shopper pays ${formatMoney(payment.amount, 'en')}; the notification ${fate}`);
    if (shopper.notificationArrives) await notify(key, context);
  };
}

function pageOf({ story, context, handle }: DemoOrder): Action {
  return async (clock) => {
    if (story.checkNow === undefined || !(await clock.at(story.checkNow.after))) return;
    const answer = await handle.checkNow();
    const said = answer.ended ? answer.outcome.ended : nameOf(answer);
    context.tell(story.outTradeNo, `the shopper's page returns; checkNow: ${said}`);
  };
}

function checkoutOf({ story, context, handle }: DemoOrder): Action {
  return async (clock) => {
    if (story.closeNow === undefined || !(await clock.at(story.closeNow.after))) return;
    const { replacedBy } = story.closeNow;
    const answer = await handle.closeNow({ replacedBy: inRun(replacedBy, context) });
    const said = answer.ended ? `it has ended ${answer.outcome.ended}` : answer.closesAt.slice(11);
    context.tell(story.outTradeNo, `placed anew: ${replacedBy}; closeNow: ${said}`);
  };
}

function operatorOf({ story, context, handle }: DemoOrder): Action {
  return async (clock) => {
    const { operator, outTradeNo } = story;
    if (operator === undefined) return;
    await operate({ operator, handle, clock, tell: (text) => context.tell(outTradeNo, text) }).catch(ignoreEnd);
  };
}

/** The order may end before the person acts. The report then shows its end. */
function ignoreEnd(error: unknown): void {
  if (!(error instanceof AlreadyEndedError)) throw error;
}

function nameOf({ visible, phase }: Pick<OrderView, 'visible' | 'phase'>): string {
  return visible ?? phase;
}

async function outcomeOf(handle: OrderHandle): Promise<Ending> {
  try {
    return endingOf(await handle.outcome());
  } catch (error) {
    if (error instanceof OrderNotFoundError) return { got: 'lost' };
    throw error;
  }
}

/** The audit checks what a person resolved, too. */
function endingOf(outcome: Outcome): Ending {
  if (outcome.ended !== 'resolved') return { got: outcome.ended, claim: outcome.ended };
  return { got: outcome.ended, detail: `as ${outcome.as}`, claim: outcome.as };
}

/** How often the operator looks for orders, and how long it takes to react. Milliseconds. */
const POLL_MS = 500;
const REACTS_AFTER_MS = 1_500;

interface Work {
  readonly operator: NonNullable<OrderStory['operator']>;
  readonly handle: OrderHandle;
  readonly clock: StoryClock;
  readonly tell: (text: string) => void;
}

/** Waits until the order needs a person, and does what the story says. */
export async function operate({ operator, handle, clock, tell }: Work): Promise<void> {
  do {
    if (!(await clock.rest(POLL_MS))) return;
  } while ((await handle.state()).visible !== 'needs-attention');
  if (!(await clock.rest(REACTS_AFTER_MS))) return;
  if (operator.does === 'retry') {
    tell('the operator has fixed it, and retries');
    await handle.retry();
    return;
  }
  const { does: _, ...resolution } = operator;
  tell(`${resolution.by} resolves it as ${resolution.as}: ${resolution.note}`);
  const { ended, said } = await handle.resolve(resolution);
  if (ended === null) tell(`WeChat Pay does not confirm it: ${said}`);
}
