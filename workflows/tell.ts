import {
  CancellationScope,
  log,
  proxyActivities,
  sleep,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { ReadIn } from '../domain/locale.js';
import type { OutcomeActivities, TellInput } from '../domain/outcome/state.js';
import type { News } from '../domain/outcome/telling.js';
import { tellSummary } from '../domain/page/outcome.js';
import { MINUTE, SECOND } from '../domain/time.js';
import { outcomesTaskQueue } from './messages/outcome.js';

/** An attempt of `deliverOutcomes` posts for a minute at most; one of `tellOutcome` posts once, and may then hand over. */
const ATTEMPT = { tellOutcome: 30 * SECOND, deliverOutcomes: 90 * SECOND } as const;

/** Temporal retries an attempt that was lost with its worker, or that could not hand over, without an end. */
export function tellingOptions(activity: keyof OutcomeActivities): ActivityOptions {
  return {
    startToCloseTimeout: ATTEMPT[activity],
    retry: { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE },
  };
}

const { tellOutcome } = proxyActivities<Pick<OutcomeActivities, 'tellOutcome'>>(tellingOptions('tellOutcome'));

/** Tells the checkout an event. Returns once the checkout or the workflow `outcome/…` has it; also in a cancelled workflow. */
export async function tell(news: News, mchid: string, locale: ReadIn): Promise<void> {
  const { firstExecutionRunId: life, taskQueue } = workflowInfo();
  const input: TellInput = { news, mchid, locale, life, taskQueue };
  const options: ActivityOptions = {
    taskQueue: outcomesTaskQueue(taskQueue),
    summary: tellSummary(news.type, locale),
    priority: { fairnessKey: mchid },
  };
  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      try {
        return await tellOutcome.executeWithOptions(options, [input]);
      } catch (error) {
        // Only a person can end it so, since every failure of it is retried.
        log.warn('the checkout was not told, and is told again', { error });
        await sleep(MINUTE);
      }
    }
  });
}
