import { Webhook } from 'standardwebhooks';
import type { OutcomeEvent } from '../../../client/outcomes/index.js';
import { EVENTS } from '../../support/outcome-events.js';

export const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
export const NEW_SECRET = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(64, 3).toString('base64')}`;

/** An event of a type. */
export function eventOf<Type extends OutcomeEvent['type']>(type: Type): OutcomeEvent & { readonly type: Type } {
  const found = EVENTS.find((event): event is OutcomeEvent & { readonly type: Type } => event.type === type);
  if (found === undefined) throw new Error(`there is no event ${type}`);
  return found;
}

export const PAID = eventOf('order.paid');

interface Signing {
  /** Each makes a signature. */
  readonly secrets?: readonly string[];
  /** Seconds before now at which it is signed. */
  readonly secondsAgo?: number;
  /** What the header `webhook-id` says. Default: the event's own. */
  readonly id?: string;
}

export interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An event as the worker posts it, signed by the library. A text is posted as it is. */
export function posted(event: object | string, { secrets = [SECRET], secondsAgo = 0, id }: Signing = {}): Posted {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const webhookId = id ?? (event as { readonly id?: string }).id ?? 'evt_0';
  const at = new Date(Date.now() - secondsAgo * 1000);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(webhookId, at, body));
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': webhookId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
