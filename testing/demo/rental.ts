import type { ServiceOrderHandle, ServiceOrderKey, ServiceOrderRef, ServiceOutcome } from '../../client/index.js';
import { formatFen } from '../../domain/page/format.js';
import { cancelRequest } from './story-rules.js';
import { type DemoContext, inRun, mchidOf, notify } from './context.js';
import { playOut, type Action, type Ending } from './story-clock.js';
import type { ServiceStory } from './story-schema.js';

/** One service order of the demo, and all that its actions need. */
interface DemoServiceOrder {
  readonly story: ServiceStory;
  readonly context: DemoContext;
  readonly ref: ServiceOrderRef;
  readonly handle: ServiceOrderHandle;
}

/** WeChat Pay's own key of a story's service order. */
export function serviceOrderKey(story: ServiceStory, context: Pick<DemoContext, 'run'>): ServiceOrderKey {
  return { mchid: mchidOf(story), outOrderNo: inRun(story.outOrderNo, context) };
}

/** Plays the rental, its user and its merchant for one service order. The first request to cancel starts the workflow. */
export async function playServiceOrder(story: ServiceStory, context: DemoContext): Promise<Ending> {
  const key = serviceOrderKey(story, context);
  const { serviceId, appid } = await context.sandbox.createServiceOrder(key);
  for (const misbehaviour of story.wechatpay) context.sandbox.misbehave(key, misbehaviour);
  const handle = context.serviceOrders.serviceOrder(key);
  const serviceOrder: DemoServiceOrder = { story, context, ref: { ...key, serviceId, appid }, handle };
  const [first, ...later] = story.cancel.map((_, place) => requestOf(serviceOrder, place));
  return playOut({
    outcome: async (clock) => {
      await first?.(clock);
      return endingOf(await handle.outcome());
    },
    state: async () => (await handle.state()).visible ?? 'checking',
    actions: [userOf(serviceOrder), merchantOf(serviceOrder), ...later],
  });
}

function requestOf({ story, context, ref }: DemoServiceOrder, place: number): Action {
  return async (clock) => {
    const request = story.cancel[place];
    if (request === undefined || !(await clock.at(request.after))) return;
    const { when } = request;
    const asked = when === 'now' ? 'now' : `if not confirmed in ${when.ifNotConfirmedWithin}`;
    await context.serviceOrders.requestCancel(ref, cancelRequest(request, place));
    context.tell(story.outOrderNo, `requestCancel ${asked}: ${request.reason}`);
  };
}

function userOf({ story, context, ref }: DemoServiceOrder): Action {
  return async (clock) => {
    const { user, outOrderNo } = story;
    if (user === undefined || !(await clock.at(user.confirmsAfter))) return;
    if (context.sandbox.serviceOrders.confirm(ref) === undefined) return;
    const fate = user.notificationArrives ? 'arrives' : 'is lost';
    context.tell(outOrderNo, `the user confirms; the notification ${fate}`);
    if (user.notificationArrives) await notify(ref, context);
  };
}

function merchantOf({ story, context, ref }: DemoServiceOrder): Action {
  return async (clock) => {
    const { merchant, outOrderNo } = story;
    if (merchant === undefined || !(await clock.at(merchant.completesAfter))) return;
    context.sandbox.serviceOrders.complete(ref, merchant.totalDue);
    context.tell(outOrderNo, `the merchant completes it; ${formatFen(merchant.totalDue, 'en')} is due`);
  };
}

function endingOf(outcome: ServiceOutcome): Ending {
  const { ended } = outcome;
  return { got: ended, claim: ended, ...(ended === 'kept' && { detail: outcome.reason }) };
}
