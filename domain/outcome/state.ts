import type { Decision } from '../flow.js';
import type { ReadIn } from '../locale.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from '../time.js';
import type { StoryFacts } from '../story.js';
import type { Pause } from '../waiting.js';
import type { OutcomeEvent } from './event.js';
import type { News } from './telling.js';

/** The type of the workflow that delivers what a checkout could not be told at once. */
export const DELIVER_OUTCOMES_WORKFLOW = 'deliverOutcomes';

/** Its id. @param workflowId the workflow that tells */
export function outcomeWorkflowId(workflowId: string): string {
  return `outcome/${workflowId}`;
}

/** For how long a checkout that takes nothing is tried before a person is asked. */
export const DELIVERED_WITHIN: Milliseconds = 3 * DAY;

/** Between two tries. */
export const DELIVERY_PAUSE: Pause = { first: 5 * SECOND, max: HOUR };

/** Why nothing was posted: as many posts to this URL as are made at a time were under way. That is no failure of it. */
export const URL_BUSY = 'LOCAL_URL_BUSY';

/** Why nothing was posted: the URL did not answer the last post, so only a few at a time are made to it. */
export const URL_SILENT = 'LOCAL_URL_SILENT';

/** The least pause after that. If thousands of orders wait for such a URL, trying them often helps none. */
export const SILENT_PAUSE: Milliseconds = MINUTE;

/** How many events of one order are kept. An order has one outcome, and few reasons to ask a person. */
export const MAX_EVENTS_KEPT = 20;

/** An event that a checkout has not taken yet. */
export interface Undelivered {
  readonly event: OutcomeEvent;
  /** The keys of the URLs that have taken it. */
  readonly delivered: readonly string[];
}

/** The input of the workflow that delivers. Each event comes as the signal `outcomeEvent`. */
export interface DeliveryInput {
  /** The workflow that tells, as in `order/1900000109/SHOP-1`. */
  readonly workflowId: string;
  readonly mchid: string;
  /** The language of what operators read in Temporal UI. Default: `en`. */
  readonly locale?: ReadIn;
}

/** What the activity that tells is given. */
export interface TellInput {
  readonly news: News;
  readonly mchid: string;
  readonly locale: ReadIn;
  /** The first run of the workflow's chain: a Reset keeps it, and the event's id is made of it. */
  readonly life: string;
  /** Where the workflow that delivers is run, if it is needed. */
  readonly taskQueue: string;
}

/** `nobody`: no URL wants this type of event. `handedOver`: the workflow `outcome/…` delivers it from now on. */
export interface TellResult {
  readonly told: 'delivered' | 'handedOver' | 'nobody';
}

/** Why an event was not taken. */
export interface DeliveryFailure {
  /** `HTTP_500`; why there was no answer; or why nothing was posted. */
  readonly said: string;
  /** The host of the URL. The rest of a URL may hold a secret. `null`: there was none to post to. */
  readonly host: string | null;
  /** The checkout says that it will never take one again. */
  readonly isGone: boolean;
}

export interface DeliverResult {
  /** What is not delivered yet. */
  readonly left: readonly Undelivered[];
  /** `null`: everything that was posted was taken. */
  readonly failure: DeliveryFailure | null;
}

/** The activities that tell a checkout. They have a task queue of their own. */
export interface OutcomeActivities {
  /** Posts an event once, or hands it over to the workflow that delivers. */
  readonly tellOutcome: (input: TellInput) => Promise<TellResult>;
  /** Posts events in their order, until one is not taken. */
  readonly deliverOutcomes: (input: {
    readonly mchid: string;
    readonly events: readonly Undelivered[];
  }) => Promise<DeliverResult>;
}

/** Why a person is asked: nothing was taken for three days; or the checkout answered 410. */
export const DELIVERY_REASONS = ['not-delivered', 'gone'] as const;
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

/** Who gave up, and why. */
export interface GivenUp {
  readonly note: string;
  /** The person's name. */
  readonly by: string;
}

/** How a delivery ended. */
export type DeliveryOutcome =
  | { readonly ended: 'delivered' }
  | ({ readonly ended: 'given-up' } & GivenUp)
  /** A person stopped the delivery: the workflow ends as cancelled. */
  | { readonly ended: 'released' };

export type DeliveryPhase =
  | { readonly phase: 'delivering' }
  | { readonly phase: 'retrying'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: DeliveryReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: DeliveryOutcome };

export type DeliveryPhaseName = DeliveryPhase['phase'];

/** What is known about a delivery in any phase. */
export interface DeliveryFacts extends StoryFacts {
  readonly input: Required<DeliveryInput>;
  /** In the order in which they are delivered. */
  readonly events: readonly Undelivered[];
  /** When the last of them came. `null`: none has. */
  readonly addedAt: Instant | null;
  /** How many events there was no room for. */
  readonly notKept: number;
  /** Tries without success, in a row. */
  readonly failures: number;
  /** When the first of them ended. `null`: there is none. */
  readonly failingSince: Instant | null;
  /** The last try that failed. */
  readonly last: (DeliveryFailure & { readonly at: Instant }) | null;
  /** A person asked to stop. A try in flight is awaited first. */
  readonly releaseRequested: boolean;
}

export type DeliveryState = DeliveryFacts & DeliveryPhase;

export type DeliveryEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'eventAdded'; readonly added: Undelivered }
  | { readonly type: 'delivered'; readonly result: DeliverResult; readonly given: readonly Undelivered[] }
  /** A person fixed something: try again, for three more days. */
  | { readonly type: 'retryRequested' }
  | ({ readonly type: 'gaveUp' } & GivenUp)
  | { readonly type: 'releaseRequested' };

/** What the workflow does next. */
export type DeliveryStep =
  | { readonly do: 'deliver' }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'askPerson'; readonly reason: DeliveryReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: DeliveryOutcome };

export type DeliveryDecision = Decision<DeliveryState, DeliveryStep>;
