import type { Exchange, HttpAnswer } from '../http/exchange.js';
import {
  contentTypeOf,
  declaredLengthOf,
  isPlain,
  lowerCased,
  readBody,
  type RequestBody,
  type RequestHeaders,
} from '../http/request.js';
import type { VerifiedOutcome } from './event.js';
import { InvalidOutcomeError } from './errors.js';
import { answerOf, type OutcomeResult } from './results.js';
import { type OutcomeSecrets, outcomeVerifier, type VerifyOutcome } from './verify.js';

export interface OutcomeOptions {
  /** The secret that the worker signs with; while it is changed, the new one and the old one. */
  readonly secrets: OutcomeSecrets;
  /**
   * Stores an event. The worker gets its success answer only after the promise is fulfilled; if this throws, or takes more
   * than the 10 s that the worker waits, the event comes again. So the same event may come twice, even at the same time.
   */
  readonly handle: (event: VerifiedOutcome) => unknown;
  /**
   * Gets what happened to each request, for metrics and logs. What it throws is ignored. Default: a process warning
   * for what is a fault of this service (status 500), and once a minute for a signature that no secret made.
   */
  readonly observe?: (received: ReceivedOutcome) => void;
}

/** What happened to one request. */
export interface ReceivedOutcome {
  readonly result: OutcomeResult;
  /** What was posted, if it was verified. */
  readonly event?: VerifiedOutcome;
  /** With `not-handled`: what `handle` has thrown. */
  readonly error?: unknown;
}

/** @throws OutcomeSecretsError if the secrets are none or malformed */
export function outcomeExchange({ secrets, handle, observe = warn }: OutcomeOptions): Exchange {
  const verify = outcomeVerifier(secrets);
  const answer = (received: ReceivedOutcome): HttpAnswer => {
    try {
      observe(received);
    } catch {
      // A failing observer must not change the answer.
    }
    return answerOf(received.result);
  };
  return {
    receive: async (body, headers) => {
      const opened = await open(body, headers, verify);
      const { event } = opened;
      if (event === undefined) return answer(opened);
      try {
        await handle(event);
        return answer(opened);
      } catch (error) {
        return answer({ result: 'not-handled', event, error });
      }
    },
    bodyConsumed: () => answer({ result: 'body-parsed' }),
    wrongMethod: answerOf('wrong-method'),
    isRefusal: ({ status }) => status >= 400 && status < 500,
  };
}

async function open(body: RequestBody, given: RequestHeaders, verify: VerifyOutcome): Promise<ReceivedOutcome> {
  const headers = lowerCased(given);
  if (!isPlain(headers)) return { result: 'encoded' };
  if (contentTypeOf(headers) !== 'json') return { result: 'not-json' };
  const bytes = await readBody(body, declaredLengthOf(headers));
  if (typeof bytes === 'string') return { result: bytes === 'body-consumed' ? 'body-parsed' : bytes };
  try {
    return { result: 'handled', event: verify(bytes, headers) };
  } catch (error) {
    return error instanceof InvalidOutcomeError ? { result: error.reason } : { result: 'not-handled', error };
  }
}

const WARNINGS: Partial<Record<OutcomeResult, string>> = {
  'not-handled': 'An event of the worker could not be handled. It comes again. Give `observe` to see this elsewhere.',
  'wrong-signature':
    'An event was not signed with a secret of this service. Is it the one that the merchants file of the worker names?',
  'body-parsed':
    'A body parser has read an event of the worker, so its signature cannot be verified: it is over the raw bytes. Put the handler before the parser (app.use(express.json()) and the like), or give its path express.raw({ type: () => true }).',
};

/** Anybody can post what is not signed, so it is told once in this time. Milliseconds. */
const FORGED_TOLD_EVERY_MS = 60_000;
let forgedToldAt = -Infinity;

function warn({ result, error }: ReceivedOutcome): void {
  const warning = WARNINGS[result];
  if (warning === undefined) return;
  if (result === 'wrong-signature') {
    if (performance.now() - forgedToldAt < FORGED_TOLD_EVERY_MS) return;
    forgedToldAt = performance.now();
  }
  const detail = error instanceof Error ? { detail: error.stack ?? error.message } : {};
  process.emitWarning(warning, { code: `WXPAY_OUTCOME_${result.replaceAll('-', '_').toUpperCase()}`, ...detail });
}
