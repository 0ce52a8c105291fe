import type { ServiceOrderHandle, ServiceOrderKey, ServiceOrderRef, ServiceOutcome } from '../../client/index.js';
import { formatFen } from '../../domain/page/money.js';
import { cancelRequest } from './inputs.js';
import { mchidOf } from './merchants.js';
import { notify } from './notify.js';
import { playOut, type Act, type Ending } from './story-clock.js';
import { inRun, type Stage } from './context.js';
import type { ServiceStory } from './story-schema.js';

/** One service order on the stage. */
interface Cast {
  readonly story: ServiceStory;
  readonly stage: Stage;
  readonly ref: ServiceOrderRef;
  readonly handle: ServiceOrderHandle;
}

/** WeChat Pay's own key of a story's service order. */
export function serviceOrderKey(story: ServiceStory, stage: Pick<Stage, 'run'>): ServiceOrderKey {
  return { mchid: mchidOf(story), outOrderNo: inRun(story.outOrderNo, stage) };
}

/** Plays one service order as a rental, its user and its merchant would. The first request to cancel starts the workflow. */
export async function playServiceOrder(story: ServiceStory, stage: Stage): Promise<Ending> {
  const key = serviceOrderKey(story, stage);
  const { serviceId, appid } = await stage.sandbox.createServiceOrder(key);
  for (const mischief of story.wechatpay) stage.sandbox.misbehave(key, mischief);
  const handle = stage.serviceOrders.serviceOrder(key);
  const cast: Cast = { story, stage, ref: { ...key, serviceId, appid }, handle };
  const [first, ...later] = story.cancel.map((_, place) => requestOf(cast, place));
  return playOut({
    outcome: async (scene) => {
      await first?.(scene);
      return endingOf(await handle.outcome());
    },
    state: async () => (await handle.state()).visible ?? 'checking',
    acts: [userOf(cast), merchantOf(cast), ...later],
  });
}

function requestOf({ story, stage, ref }: Cast, place: number): Act {
  return async (scene) => {
    const request = story.cancel[place];
    if (request === undefined || !(await scene.at(request.after))) return;
    const { when } = request;
    const asked = when === 'now' ? 'now' : `if not confirmed in ${when.ifNotConfirmedWithin}`;
    await stage.serviceOrders.requestCancel(ref, cancelRequest(request, place));
    stage.tell(story.outOrderNo, `requestCancel ${asked}: ${request.reason}`);
  };
}

function userOf({ story, stage, ref }: Cast): Act {
  return async (scene) => {
    const { user, outOrderNo } = story;
    if (user === undefined || !(await scene.at(user.confirmsAfter))) return;
    if (stage.sandbox.serviceOrders.confirm(ref) === undefined) return;
    const fate = user.notificationArrives ? 'arrives' : 'is lost';
    stage.tell(outOrderNo, `the user confirms; the notification ${fate}`);
    if (user.notificationArrives) await notify(ref, stage);
  };
}

function merchantOf({ story, stage, ref }: Cast): Act {
  return async (scene) => {
    const { merchant, outOrderNo } = story;
    if (merchant === undefined || !(await scene.at(merchant.completesAfter))) return;
    stage.sandbox.serviceOrders.complete(ref, merchant.totalDue);
    stage.tell(outOrderNo, `the merchant completes it; ${formatFen(merchant.totalDue, 'en')} is due`);
  };
}

function endingOf(outcome: ServiceOutcome): Ending {
  const { ended } = outcome;
  return { got: ended, claim: ended, ...(ended === 'kept' && { detail: outcome.reason }) };
}
