import got from 'got';
import { RequestError } from 'got';
import type { Call } from '../domain/errors/table.js';
import { agentsFor } from './connection.js';
import { NOTHING_SENT, ownFailure } from './failure.js';

/** Long enough for a slow answer, short enough for a close to be asked about while it matters. */
export const TOTAL_TIMEOUT_MS = 8_000;

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

/** What a write asks before it leaves this process. */
export interface WriteGate {
  /**
   * Awaited once the request is signed, before a connection is looked for. If it throws, nothing is sent, and whoever
   * asked for the write gets that very error.
   */
  readonly announce: () => Promise<void>;
  /** Asked synchronously, right before the bytes are handed to a connected socket. `false`: nothing is sent. */
  readonly mayStillSend: () => boolean;
}

export interface SendOptions {
  /** For everything, from the lookup to the last byte of the answer, milliseconds. Default: 8 s. */
  readonly timeoutMs?: number | undefined;
  /** Default: the request is sent without asking. */
  readonly gate?: WriteGate | undefined;
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
    /** Whether the request was handed to a connection, and so may have reached WeChat Pay. */
    readonly mayHaveTakenEffect: boolean,
  ) {
    super(`no answer from WeChat Pay: ${reason}`);
  }
}

/** The gate was shut when the connection was ready: nothing was sent. */
export class GateShutError extends Error {
  override readonly name = 'GateShutError';
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
});

/** How far a request came. */
interface Progress {
  isShut: boolean;
  wasHandedOver: boolean;
  /** Why we wait no longer. */
  gaveUp?: string;
}

/**
 * Sends one request, once.
 *
 * @throws NoAnswerError if no whole answer came; GateShutError; what the gate's `announce` throws. Nothing else, and
 * never with anything of the request in it
 */
export async function send(
  { method, url, headers, body }: HttpRequest,
  { timeoutMs = TOTAL_TIMEOUT_MS, gate }: SendOptions = {},
): Promise<HttpAnswer> {
  await gate?.announce();
  const progress: Progress = { isShut: false, wasHandedOver: false };
  const pending = client(url, { method, headers, agent: agentsFor(url), ...(body === '' ? {} : { body }) });
  // Unlike got's own time-out, a cancelled request ends at once, also while it waits for a connection.
  const giveUp = (reason: string): void => {
    progress.gaveUp = reason;
    pending.cancel();
  };
  const timer = setTimeout(giveUp, timeoutMs, `no answer within ${timeoutMs} ms`);
  void pending.on('downloadProgress', ({ transferred }) => {
    if (transferred > MAX_ANSWER_BYTES) giveUp(`the answer passed ${MAX_ANSWER_BYTES} bytes`);
  });
  void pending.on('request', (request) => {
    // By now headers and body wait in the request. Node writes them in the same tick, right after the listeners of this
    // event; a request that was destroyed writes nothing.
    request.once('socket', ({ writable }) => {
      progress.isShut = gate?.mayStillSend() === false;
      if (progress.isShut) request.destroy();
      else progress.wasHandedOver = writable;
    });
  });
  try {
    const { statusCode, headers: answered, rawBody } = await pending;
    return { status: statusCode, headers: answered, body: rawBody };
  } catch (error) {
    if (progress.isShut) throw new GateShutError('not sent: it was no longer allowed when the connection was ready');
    const reason = error instanceof RequestError ? error.code : 'unexpected error of the HTTP client';
    throw new NoAnswerError(progress.gaveUp ?? reason, progress.wasHandedOver);
  } finally {
    clearTimeout(timer);
  }
}

/** Who asks. WeChat Pay refuses a request that does not say. */
export const USER_AGENT = 'wechatpay-order-lifecycle (+https://www.npmjs.com/package/wechatpay-order-lifecycle)';

/**
 * Sends one request, once.
 *
 * @throws WechatPayFailure if no whole answer came, or the gate was shut; what the gate's `announce` throws
 */
export async function sendOrFail(call: Call, request: HttpRequest, options?: SendOptions): Promise<HttpAnswer> {
  try {
    return await send(request, options);
  } catch (error) {
    if (error instanceof GateShutError) throw ownFailure(call, 'LOCAL_GUARD_EXPIRED', error.message, NOTHING_SENT);
    if (!(error instanceof NoAnswerError)) throw error;
    const { reason, mayHaveTakenEffect } = error;
    throw ownFailure(call, 'LOCAL_NO_ANSWER', reason, { status: null, requestId: null, mayHaveTakenEffect });
  }
}
