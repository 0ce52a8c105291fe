import type { HttpAnswer } from '../http/exchange.js';
import type { BodyFault } from '../http/request.js';
import type { InvalidOutcomeReason } from './errors.js';

interface Row {
  readonly status: 204 | 400 | 405 | 408 | 413 | 415 | 500;
  /** For people: what happened. */
  readonly means: string;
}

/** What can happen to what was posted. The answer, the name for an observer and the line in the docs come from here. */
export const OUTCOME_RESULTS = {
  handled: { status: 204, means: '`handle` has returned, or its promise was fulfilled.' },
  'not-handled': { status: 500, means: '`handle` has thrown. The worker posts the event again.' },
  'body-parsed': {
    status: 500,
    means: 'A body parser of the application read the body first, so the signed bytes are gone.',
  },
  unsigned: { status: 400, means: 'A `webhook-…` header is missing, is there twice, or has the wrong form.' },
  'wrong-signature': { status: 400, means: 'No secret made its signature, or something changed the body.' },
  'too-old': { status: 400, means: 'Its time is more than 5 minutes ago, whoever signed it.' },
  'too-early': { status: 400, means: 'Its time is more than 5 minutes ahead, whoever signed it.' },
  'id-differs': { status: 400, means: 'Signed, and its `id` is not its `webhook-id`.' },
  'not-an-event': { status: 400, means: 'Signed, and not an event.' },
  'cut-off': { status: 400, means: 'The sender closed the connection in the middle of the body.' },
  'wrong-method': { status: 405, means: 'Not a POST, where the route lets it through.' },
  'too-slow': { status: 408, means: 'The body was not complete after 2 s.' },
  'too-large': { status: 413, means: 'More than 64 KB; the rest was not read.' },
  'not-json': { status: 415, means: 'Its Content-Type is not JSON.' },
  encoded: { status: 415, means: 'Compressed. The worker does not compress.' },
} as const satisfies Record<InvalidOutcomeReason | Exclude<BodyFault, 'body-consumed'> | OwnResult, Row>;

type OwnResult = 'handled' | 'not-handled' | 'wrong-method' | 'not-json' | 'encoded';

/** What happened to what was posted: a row of {@link OUTCOME_RESULTS}. */
export type OutcomeResult = keyof typeof OUTCOME_RESULTS;

/** All that a sender learns: never which check failed. */
const MESSAGES: Record<Exclude<Row['status'], 204>, string> = {
  400: 'The event was refused.',
  405: 'Use POST.',
  408: 'The event came too slowly.',
  413: 'The event is too large.',
  415: 'Send JSON that is not compressed.',
  500: 'The event was not handled.',
};

export function answerOf(result: OutcomeResult): HttpAnswer {
  const { status }: Row = OUTCOME_RESULTS[result];
  if (status === 204) return { status, headers: {}, body: '' };
  const headers = { 'content-type': 'application/json; charset=utf-8', ...(status === 405 && { allow: 'POST' }) };
  return { status, headers, body: JSON.stringify({ code: 'FAIL', message: MESSAGES[status] }) };
}
