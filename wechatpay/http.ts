import got, { RequestError } from 'got';
import { agentsFor } from './connection.js';
import type { Result } from './failure.js';

/** Long enough for a slow answer, and short enough that a query can follow a close while it matters. */
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

/** What is asked before a write leaves this process. */
export interface WriteGate {
  /**
   * Awaited once the request is signed, before a connection is looked for. If it throws, nothing is sent, and the caller
   * of the write gets that very error.
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

/** Why there is no whole answer. The error of `got` holds keys, body and `Authorization`, so none of it is kept. */
export interface NoAnswer {
  readonly code: 'LOCAL_NO_ANSWER' | 'LOCAL_GUARD_EXPIRED' | 'LOCAL_NOT_SIGNED';
  /** A short reason, such as `ECONNRESET` or `no answer within 8000 ms`. */
  readonly what: string;
  /** Whether the request was handed to a connection, and so may have reached WeChat Pay. */
  readonly mayHaveTakenEffect: boolean;
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

/** How far a request got. */
interface Progress {
  isShut: boolean;
  wasHandedOver: boolean;
  /** Why we wait no longer. */
  gaveUp?: string;
}

/**
 * Sends one request, once.
 *
 * @returns the answer, or why there is none, with nothing of the request in it
 * @throws what the gate's `announce` throws, and nothing else
 */
export async function send(
  { method, url, headers, body }: HttpRequest,
  { timeoutMs = TOTAL_TIMEOUT_MS, gate }: SendOptions = {},
): Promise<Result<HttpAnswer, NoAnswer>> {
  const agent = agentsFor(url);
  if (agent === undefined) return NO_PROXY;
  await gate?.announce();
  const progress: Progress = { isShut: false, wasHandedOver: false };
  const pending = client(url, { method, headers, agent, ...(body === '' ? {} : { body }) });
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
    return { ok: true, value: { status: statusCode, headers: answered, body: rawBody } };
  } catch (error) {
    const code = progress.isShut ? 'LOCAL_GUARD_EXPIRED' : 'LOCAL_NO_ANSWER';
    const reason = error instanceof RequestError ? error.code : 'unexpected error of the HTTP client';
    const what = progress.isShut ? SHUT : (progress.gaveUp ?? reason);
    return { ok: false, failure: { code, what, mayHaveTakenEffect: progress.wasHandedOver } };
  } finally {
    clearTimeout(timer);
  }
}

const NO_PROXY = {
  ok: false,
  failure: { code: 'LOCAL_NO_ANSWER', what: 'PROXY_INVALID', mayHaveTakenEffect: false },
} as const;

const SHUT = 'not sent: it was no longer allowed when the connection was ready';

/** Who asks. WeChat Pay refuses a request that does not say. */
export const USER_AGENT = 'wechatpay-order-lifecycle (+https://www.npmjs.com/package/wechatpay-order-lifecycle)';
