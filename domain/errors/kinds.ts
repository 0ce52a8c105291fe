/** What a kind of error means, and how it is met. */
export interface KindRule {
  readonly meaning: string;
  /** It belongs to the day's work: Temporal counts and logs it as benign. */
  readonly benign: boolean;
}

/** What a code means for the order, whichever API spelled it. */
export const ERROR_KINDS = {
  outcome: { meaning: 'a claim about how the order ended, to be confirmed by a query', benign: true },
  retry: {
    meaning: 'WeChat Pay or the way to it failed: the call is made again, a write with its own query before it',
    benign: true,
  },
  slowDown: {
    meaning: 'too many requests; after a write it can also mean that a payment is in flight',
    benign: true,
  },
  inProgress: { meaning: 'a payment is in progress', benign: true },
  notFound: { meaning: 'WeChat Pay does not know the order, or not yet', benign: true },
  state: { meaning: "the order's state does not allow the write", benign: false },
  hint: {
    meaning:
      'refused for its signature, or by an answer that is not signed; never an outcome, and another worker may do better',
    benign: false,
  },
  fatal: { meaning: 'retrying cannot fix it: a person is asked', benign: false },
  unknown: {
    meaning: 'nothing can be concluded; after a write, it may have taken effect',
    benign: false,
  },
} as const satisfies Record<string, KindRule>;

export type ErrorKind = keyof typeof ERROR_KINDS;
