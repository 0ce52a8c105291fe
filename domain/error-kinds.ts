import { MINUTE, SECOND, type Milliseconds } from './time.js';

/** What a kind of error means, and how it is met. */
export interface KindRule {
  readonly meaning: string;
  /** It belongs to the day's work: Temporal counts and logs it as benign. */
  readonly benign: boolean;
  /** How long to wait before the first question after it. `null`: nothing is asked again because of it. */
  readonly delay: Milliseconds | null;
}

/** What a code means for the order, whichever API spelled it. */
export const ERROR_KINDS = {
  outcome: { meaning: 'a claim about how the order ended, to be confirmed by a query', benign: true, delay: 0 },
  retry: {
    meaning: 'WeChat Pay or the way to it failed; a query is sent again, a write while its query is fresh',
    benign: true,
    delay: SECOND,
  },
  slowDown: {
    meaning: 'too many requests; after a write it can also mean that a payment is in flight',
    benign: true,
    delay: 10 * SECOND,
  },
  inProgress: { meaning: 'a payment is in progress', benign: true, delay: MINUTE },
  notFound: { meaning: 'WeChat Pay does not know the order, or not yet', benign: true, delay: 5 * MINUTE },
  state: { meaning: "the order's state does not allow the write", benign: false, delay: 2 * SECOND },
  hint: {
    meaning: 'the request was refused for its signature; never an outcome, and another worker may do better',
    benign: false,
    delay: MINUTE,
  },
  fatal: { meaning: 'retrying cannot mend it: a person is asked', benign: false, delay: null },
  unknown: {
    meaning: 'nothing can be concluded; after a write, it may have taken effect',
    benign: false,
    delay: SECOND,
  },
} as const satisfies Record<string, KindRule>;

export type ErrorKind = keyof typeof ERROR_KINDS;
