import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { EventType, OutcomeEvent } from '../../domain/outcome/event.js';
import type { OutcomeEndpoint } from '../../wechatpay/merchant.js';
import { webhookSigner } from '../../wechatpay/webhook-signature.js';
import { listening } from './listening.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** What a checkout does with a post: a status, or `hang`. */
export type Behaviour =
  number | 'hang' | { readonly status: number; readonly headers: Readonly<Record<string, string>> };

/** A checkout that is posted to. It verifies each post as a user of the library would. */
export interface Checkout {
  readonly url: URL;
  /** Of the events that were taken: the first time that each came. */
  readonly taken: OutcomeEvent[];
  /** Every post, also those that were not taken. */
  readonly posts: { readonly event: OutcomeEvent; readonly headers: IncomingHttpHeaders }[];
  /** Decides on each post, at once or later. At first, all are taken. */
  answer: (event: OutcomeEvent) => Behaviour | Promise<Behaviour>;
  readonly endpoint: (key?: string, wants?: (type: EventType) => boolean) => OutcomeEndpoint;
}

/** Starts a checkout on a free port. It ends with the test. */
export async function startCheckout(): Promise<Checkout> {
  const webhook = new Webhook(SECRET);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const respond = async (): Promise<void> => {
      const event = webhook.verify(Buffer.concat(chunks), request.headers as Record<string, string>) as OutcomeEvent;
      checkout.posts.push({ event, headers: request.headers });
      const behaviour = await checkout.answer(event);
      if (behaviour === 'hang') return;
      const { status, headers } = typeof behaviour === 'number' ? { status: behaviour, headers: {} } : behaviour;
      const isNew = checkout.taken.every(({ id }) => id !== event.id);
      if (status >= 200 && status < 300 && isNew) checkout.taken.push(event);
      response.writeHead(status, headers).end();
    };
    request.on('end', () => void respond());
  });
  const port = await listening(server.listen(0, '127.0.0.1'));
  const url = new URL(`http://127.0.0.1:${port}/outcomes/a-secret-path`);
  const checkout: Checkout = {
    url,
    taken: [],
    posts: [],
    answer: () => 204,
    endpoint: (key = '0123456789ab', wants = () => true) => ({ url, key, wants, sign: webhookSigner([SECRET]) }),
  };
  return checkout;
}
