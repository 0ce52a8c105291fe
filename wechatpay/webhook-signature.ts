import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { EventType, OutcomeEvent } from '../domain/outcome/event.js';
import type { TellInput } from '../domain/outcome/state.js';
import { PAYMENT_MARK } from '../domain/outcome/telling.js';

/** A secret of Standard Webhooks: so many bytes in base64. */
const SECRET = /^whsec_([0-9A-Za-z+/]{1,88}={0,2})$/;
const SECRET_BYTES = { min: 24, max: 64 } as const;

export const SECRET_RULE =
  'this is not a secret of Standard Webhooks ' +
  '(whsec_ and 24 to 64 random bytes in base64, as echo "whsec_$(openssl rand -base64 32)" makes it)';

export function isWebhookSecret(text: string): boolean {
  const [, base64 = ''] = SECRET.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const { length } = bytes;
  return length >= SECRET_BYTES.min && length <= SECRET_BYTES.max && bytes.toString('base64') === base64;
}

/**
 * Signs the body of a webhook.
 *
 * @param at seconds since 1970: `webhook-timestamp`
 * @returns `webhook-signature`
 */
export type WebhookSign = (id: string, at: number, body: string) => string;

/** Signs with every secret. While a secret is being changed there are two, and the checkout needs to know only one. */
export function webhookSigner(secrets: readonly string[]): WebhookSign {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  // The library takes a date, and signs its whole seconds.
  return (id, at, body) => webhooks.map((each) => each.sign(id, new Date(at * 1000), body)).join(' ');
}

/** As long as a UUID without its dashes. */
const ID_LENGTH = 32;

/**
 * The id of an event. It must be the same whenever the same thing is told again, and another for anything else.
 *
 * @param life what tells the lives of one workflow id apart: the first run of its chain, which a Reset keeps; empty for a
 *   payment, which has a number of its own
 * @param mark what tells events of one life and type apart
 */
function eventIdOf(workflowId: string, life: string, type: EventType, mark: string): string {
  const digest = createHash('sha256').update(JSON.stringify([workflowId, life, type, mark]));
  return `evt_${digest.digest('hex').slice(0, ID_LENGTH)}`;
}

/** The event that a workflow tells, as a checkout gets it. */
export function eventOf(workflowId: string, { news, life }: Pick<TellInput, 'news' | 'life'>): OutcomeEvent {
  const { mark, occurredAt, sequence, type, data } = news;
  const id = eventIdOf(workflowId, mark.startsWith(PAYMENT_MARK) ? '' : life, type, mark);
  return { id, type, sequence, occurredAt: new Date(occurredAt).toISOString(), workflowId, data } as OutcomeEvent;
}
