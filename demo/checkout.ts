import { setTimeout as sleep } from 'node:timers/promises';
import { AlreadyEndedError, OrderNotFoundError, type OrderClient, type OrderHandle } from '../client/index.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Story } from './stories.js';

/** How an order of the demo ended. */
export interface Played {
  readonly story: Story;
  readonly outTradeNo: string;
  /** `paid`, `closed`, …; or what it was still at when the demo had waited long enough. */
  readonly actual: string;
}

/** The longest that the demo waits for an order. */
const LONGEST_WAIT_MS = 110_000;

/** Plays one order as a checkout, its shopper and its neighbours would: placed, watched, perhaps paid, and its end awaited. */
export async function playOrder(story: Story, run: string, sandbox: Sandbox, orders: OrderClient): Promise<Played> {
  const { mchid } = sandbox;
  const outTradeNo = `${story.outTradeNo}-${run}`;
  const createdAt = Date.now() - story.createdAgo;
  const { handle, timeExpire } = await orders.start({
    api: 'v3-global',
    mchid,
    outTradeNo,
    amount: story.amount,
    createdAt: new Date(createdAt).toISOString(),
    // Said on purpose: the sandbox has the order from that time on, so the 5 minutes hold for real.
    trustCreatedAt: true,
    payWithin: story.payWithin,
  });
  // Where the story has a shopper who pays late, WeChat Pay must go on taking the payment for a while.
  const grace =
    story.shopper === undefined && story.wechatpay.every(({ what }) => what !== 'payFirst') ? 0 : LONGEST_WAIT_MS;
  await sandbox.place({
    mchid,
    outTradeNo,
    amount: story.amount,
    createdAt,
    timeExpire: Date.parse(timeExpire) + grace,
  });
  for (const mischief of story.wechatpay) sandbox.misbehave(outTradeNo, mischief);
  const [actual] = await Promise.all([
    outcomeOf(handle),
    playShopper(story, handle, sandbox, { mchid, outTradeNo }),
    playCheckout(story, handle),
  ]);
  return { story, outTradeNo, actual };
}

async function playShopper(
  { shopper }: Story,
  handle: OrderHandle,
  sandbox: Sandbox,
  order: { mchid: string; outTradeNo: string },
): Promise<void> {
  if (shopper === undefined) return;
  await sleep(shopper.paysAfter);
  const payment = await sandbox.pay(order);
  if (payment !== undefined && shopper.noticeArrives)
    await handle.paymentNotice({ ...payment, order }).catch(unlessEnded);
}

async function playCheckout({ closeNow }: Story, handle: OrderHandle): Promise<void> {
  if (closeNow === undefined) return;
  await sleep(closeNow.after);
  await handle.closeNow({ replacedBy: closeNow.replacedBy }).catch(unlessEnded);
}

/** A message may lose the race against the end of its order: the report then shows how that went. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof AlreadyEndedError)) throw error;
}

async function outcomeOf(handle: OrderHandle): Promise<string> {
  const tooLong = new AbortController();
  const stillOpen = sleep(LONGEST_WAIT_MS, undefined, { signal: tooLong.signal, ref: false })
    .then(async () => `still ${(await handle.state()).visible ?? 'checking'}`)
    .catch(() => 'still open');
  try {
    return await Promise.race([handle.outcome().then(({ ended }) => ended), stillOpen]);
  } catch (error) {
    if (error instanceof OrderNotFoundError) return 'lost';
    throw error;
  } finally {
    tooLong.abort();
  }
}
