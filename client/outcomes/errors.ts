/**
 * Why something that was posted is not an event.
 *
 * - `unsigned`: one of the three `webhook-…` headers is missing, is there twice, or has the wrong form
 * - `wrong-signature`: no signature in the header is one of these bytes with one of the secrets
 * - `too-old`, `too-early`: the time in its header is more than 5 minutes from ours. This is seen before the signature
 * - `id-differs`: signed, and its `id` is not the one in the header `webhook-id`
 * - `not-an-event`: signed, and not JSON, or without a field that every event has
 * - `body-parsed`: the raw bytes are gone, because a body parser came first. Nothing is wrong with what was posted
 */
export type InvalidOutcomeReason = keyof typeof WHY;

const WHY = {
  unsigned: 'a header of the signature is missing, is there twice, or has the wrong form',
  'wrong-signature':
    'no secret made its signature. Is it the secret of the worker, and does a proxy or a parser change the body?',
  'too-old': 'its time is more than 5 minutes ago. Is the clock of this machine right? Otherwise it is replayed',
  'too-early': 'its time is more than 5 minutes ahead. Is the clock of this machine right?',
  'id-differs': 'it is signed, and its id is not the one in the header webhook-id',
  'not-an-event': 'it is signed, and it is not an event. Which worker posts to this URL with this secret?',
  'body-parsed': 'a body parser came first, and the signature is over the raw bytes. Give the raw body',
} as const;

/** What was posted is not an event of the worker, or cannot be verified. Neither the body nor a signature is in the message. */
export class InvalidOutcomeError extends Error {
  override readonly name = 'InvalidOutcomeError';
  readonly code = 'invalid-outcome';

  constructor(readonly reason: InvalidOutcomeReason) {
    super(`The event was refused (${reason}): ${WHY[reason]}.`);
  }
}

const NO_SECRET =
  'No secret is given, so no event can be verified. Give the secret of the worker, and while it is changed both.';
const EMPTY = 'empty: is the environment variable set? Give it the secret of the worker';
const SECRET_FORM = 'A secret is whsec_ and the base64 of 24 to 64 bytes, with nothing before or after it.';

/** The secrets of the receiver are wrong: a fault of its configuration, whatever was posted. No secret is in the message. */
export class OutcomeSecretsError extends Error {
  override readonly name = 'OutcomeSecretsError';
  readonly code = 'outcome-secrets';

  /**
   * @param at the place of the malformed secret among them, from 0; `null`: there are none
   * @param isEmpty nothing stands in that place
   */
  constructor(
    readonly at: number | null,
    isEmpty = false,
  ) {
    super(at === null ? NO_SECRET : `Secret ${at + 1} is ${isEmpty ? EMPTY : 'malformed'}. ${SECRET_FORM}`);
  }
}

/** Any error of `verifyOutcome`; tell them apart by their literal `code`. */
export type OutcomeError = InvalidOutcomeError | OutcomeSecretsError;

/** Whether an error is one of `verifyOutcome`. */
export function isOutcomeError(error: unknown): error is OutcomeError {
  return error instanceof InvalidOutcomeError || error instanceof OutcomeSecretsError;
}
