import { isOrderClientError, NoOutcomeError, type OrderClientError } from '../../client/index.js';
import { placeOf } from '../../process/exit.js';
import type { Fault } from '../../domain/validation.js';

interface ProblemRow {
  readonly status: number;
  /** What it is, in a few words. */
  readonly title: string;
  /** What the caller does. */
  readonly todo: string;
  /** Seconds after which the request may be sent again: `Retry-After`. */
  readonly retryAfter?: number;
}

/**
 * Every problem that the API answers, by its `code`: those of the client, and the API's own. The documents and the page of
 * OpenAPI are made from it.
 */
export const PROBLEMS = {
  'invalid-order': {
    status: 400,
    title: 'The input has faults',
    todo: 'Nothing was started or sent. Correct what `faults` lists: each has the `field`, the beginning of its `value`, and the `rule` that it breaks.',
  },
  malformed: {
    status: 400,
    title: 'The request cannot be read',
    todo: 'Send valid HTTP with a JSON object as its body.',
  },
  unauthenticated: {
    status: 401,
    title: 'The token is missing or unknown',
    todo: 'Send `Authorization: Bearer` and a token of the tokens file. Without such a file, only programs on this machine are answered, at `127.0.0.1` or `localhost`.',
  },
  'not-your-merchant': {
    status: 403,
    title: 'The token is not for this merchant',
    todo: 'Check the merchant number. If it is right, name the merchant in the tokens file.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such path',
    todo: 'Check the path against `/openapi.json`. A slash in a number is `%2F`.',
  },
  'order-not-found': {
    status: 404,
    title: 'The order has no workflow',
    todo: 'It was never started, or Temporal has forgotten it. Check both numbers, and `subMchid`; start it.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path has no such method',
    todo: 'Use a method that `Allow` names.',
  },
  timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    todo: 'Send it again, at once and whole.',
  },
  'already-ended': {
    status: 409,
    title: 'It ended at this moment',
    todo: 'Look at its state; ask for the cancel again if it is still wanted.',
  },
  'no-outcome': {
    status: 409,
    title: 'The workflow ended without an outcome',
    todo: 'If it was terminated, start the order again, an older one with its `createdAt` and `trustCreatedAt`. If it failed, its input was refused: Temporal UI has the faults, in the result of the workflow.',
  },
  'too-large': { status: 413, title: 'The body is too large', todo: 'Send 16 KiB at most.' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not JSON',
    todo: 'Send `Content-Type: application/json`.',
  },
  unexpected: {
    status: 500,
    title: 'Unexpected: a bug in the API',
    todo: 'Report it, with the line of the log that has the same `X-Request-Id`.',
  },
  'call-failed': {
    status: 502,
    title: 'Temporal refuses the call',
    todo: 'It fails again until an operator fixes the cause: credentials, namespace, setup, version of the workers. `detail` says which.',
  },
  'other-encoding': {
    status: 502,
    title: 'The workers encode data in another way',
    todo: 'Nothing was started. The API has no payload codec: use the client library in a service of your own.',
  },
  busy: {
    status: 503,
    title: 'Too many requests at once',
    todo: 'Nothing was done. Send it again after `Retry-After`, and fewer at a time.',
    retryAfter: 1,
  },
  'no-server': {
    status: 503,
    title: 'The Temporal server does not answer',
    todo: 'It is not known whether the call arrived. Send it again after `Retry-After`: twice is the same as once.',
    retryAfter: 5,
  },
  'no-worker': {
    status: 503,
    title: 'No worker answers',
    todo: 'The order is safe, and the message may still take effect. Send it again after `Retry-After`; if it continues, see to the workers.',
    retryAfter: 5,
  },
} as const satisfies Record<string, ProblemRow>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The media type of problems, RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** The body of a problem. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** With `invalid-order`. */
  readonly faults?: readonly Fault[];
}

/** A problem, and the headers that it is answered with. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** For the log. */
  readonly reason?: string;
}

/** A request that the API refuses by itself. Its message is told to the caller. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';

  constructor(
    readonly code: ProblemCode,
    detail: string = PROBLEMS[code].todo,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

/** What Fastify itself refuses, by its codes. Everything else of it is a request that cannot be read. */
const OF_FASTIFY: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_BAD_URL: 'not-found',
};

/** Problems of the client whose message a caller needs. Of the others, it names calls that HTTP does not have. */
const TOLD_IN_DETAIL: readonly ProblemCode[] = ['invalid-order', 'call-failed'];

function detailOf(error: OrderClientError): string | undefined {
  if (error instanceof NoOutcomeError) return `Its status is ${error.status}. ${PROBLEMS['no-outcome'].todo}`;
  return TOLD_IN_DETAIL.includes(error.code) ? error.message : undefined;
}

/** Any error as a problem. Of an unexpected one nothing is told: its message may quote what is secret. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof RefusedRequest) return answerOf(error.code, error.message, error.headers);
  if (isOrderClientError(error)) {
    const detail = detailOf(error);
    const { problem, headers } = answerOf(error.code, detail);
    const reason = error.code === 'call-failed' ? { reason: error.message } : {};
    return { problem: { ...problem, ...('faults' in error && { faults: error.faults }) }, headers, ...reason };
  }
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  const isCallers = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  if (isCallers) return answerOf(OF_FASTIFY[String(code)] ?? 'malformed');
  return { ...answerOf('unexpected'), reason: placeOf(error) };
}

/** @param detail default: what the caller does */
export function answerOf(
  code: ProblemCode,
  detail?: string,
  headers: Readonly<Record<string, string>> = {},
): ProblemAnswer {
  const { status, title, todo, retryAfter }: ProblemRow = PROBLEMS[code];
  return {
    problem: { type: `urn:wechatpay-order-lifecycle:problem:${code}`, title, status, detail: detail ?? todo, code },
    headers: { ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }), ...headers },
  };
}
