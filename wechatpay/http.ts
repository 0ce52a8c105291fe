import got, { CancelError, RequestError, TimeoutError } from 'got';

/** Long enough for a slow answer, short enough for a close to be asked about while it matters. */
export const TOTAL_TIMEOUT_MS = 8_000;
export const CONNECT_TIMEOUT_MS = 2_000;

/** No answer of the order calls is near this size. */
export const MAX_ANSWER_BYTES = 256 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, byte for byte. */
  readonly body: Uint8Array;
}

/**
 * No answer came, or none that could be read to its end. Made anew from a short reason: the error of `got` holds keys,
 * body and `Authorization`, and never leaves this file.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(
    /** A short reason, such as `ECONNRESET` or `no answer within 8000 ms`. */
    readonly reason: string,
    /** Whether the request may have reached WeChat Pay. */
    readonly mayHaveTakenEffect: boolean,
  ) {
    super(`no answer from WeChat Pay: ${reason}`);
  }
}

const client = got.extend({
  // Retries belong to Temporal, and every attempt must be signed anew.
  retry: { limit: 0 },
  // A redirect would re-post a signed body to an address that nobody chose.
  followRedirect: false,
  throwHttpErrors: false,
  // What is verified are the bytes that were signed, so they are not unpacked on the way.
  decompress: false,
  responseType: 'buffer',
  timeout: { lookup: CONNECT_TIMEOUT_MS, connect: CONNECT_TIMEOUT_MS, secureConnect: CONNECT_TIMEOUT_MS },
});

/**
 * Sends one request, once.
 *
 * @param totalTimeoutMs for everything, from the lookup to the last byte of the answer
 * @throws NoAnswerError where no whole answer came; nothing else, and never with anything of the request in it
 */
export async function send(
  { method, url, headers, body }: HttpRequest,
  totalTimeoutMs = TOTAL_TIMEOUT_MS,
): Promise<HttpAnswer> {
  const timeout = { request: totalTimeoutMs };
  const pending = client(url, { method, headers, timeout, ...(body === '' ? {} : { body }) });
  void pending.on('downloadProgress', ({ transferred }) => {
    if (transferred > MAX_ANSWER_BYTES) pending.cancel();
  });
  try {
    const { statusCode, headers: answered, rawBody } = await pending;
    return { status: statusCode, headers: answered, body: rawBody };
  } catch (error) {
    throw noAnswer(error);
  }
}

const NEVER_SENT = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const PHASES_BEFORE_SENDING: readonly string[] = ['lookup', 'connect', 'secureConnect'];

function noAnswer(error: unknown): NoAnswerError {
  if (error instanceof CancelError) return new NoAnswerError(`the answer passed ${MAX_ANSWER_BYTES} bytes`, true);
  if (error instanceof TimeoutError) {
    return new NoAnswerError(`timed out in phase ${error.event}`, !PHASES_BEFORE_SENDING.includes(error.event));
  }
  if (error instanceof RequestError) return new NoAnswerError(error.code, !NEVER_SENT.has(error.code));
  return new NoAnswerError('unexpected error of the HTTP client', true);
}
