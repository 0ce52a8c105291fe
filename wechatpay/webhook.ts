import type { OutcomeEvent } from '../domain/outcome/event.js';
import { send, USER_AGENT } from './http.js';
import type { OutcomeEndpoint } from './merchant.js';

/** How long a checkout may take to answer. In milliseconds. */
export const WEBHOOK_TIMEOUT_MS = 10_000;

/** What a checkout answered to an event. Only a status of 2xx takes it. */
export type PostResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** `HTTP_500`, or why there was no answer, as in `ECONNREFUSED`. */
      readonly said: string;
      /** 410: the checkout says that it will never take one again. */
      readonly isGone: boolean;
    };

const GONE = 410;

/**
 * Posts an event to a checkout, once: nothing is tried again, and no redirect is followed. Timestamp and signature are new
 * each time, and the id is always the same.
 */
export async function postEvent(
  { url, sign }: OutcomeEndpoint,
  event: OutcomeEvent,
  timeoutMs = WEBHOOK_TIMEOUT_MS,
): Promise<PostResult> {
  const body = JSON.stringify(event);
  const at = Math.floor(Date.now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'webhook-id': event.id,
    'webhook-timestamp': String(at),
    'webhook-signature': sign(event.id, at, body),
  };
  const sent = await send({ method: 'POST', url, headers, body }, { timeoutMs });
  if (!sent.ok) return { ok: false, said: sent.failure.what, isGone: false };
  const { status } = sent.value;
  const isTaken = status >= 200 && status < 300;
  return isTaken ? { ok: true } : { ok: false, said: `HTTP_${status}`, isGone: status === GONE };
}
