import { createHash } from 'node:crypto';
import type { OutcomeEndpoint } from '../merchant.js';
import { isWebhookSecret, SECRET_RULE, webhookSigner } from '../webhook-signature.js';
import type { EntryReader } from './keys.js';
import type { OutcomeEntry } from './schema.js';

/** Enough to tell URLs apart, and too little to find one. */
const KEY_LENGTH = 12;

/** Reads the secrets of a URL for outcomes. A process that only verifies notifications needs none of them. */
export function readEndpoint(
  { url: text, secretFiles, events }: OutcomeEntry,
  index: number,
  { options, read }: EntryReader,
): OutcomeEndpoint {
  const url = new URL(text);
  const { verifiesOnly = false, readsSecrets = !verifiesOnly } = options;
  const files = readsSecrets ? secretFiles : [];
  const secrets = files.flatMap(
    (path) =>
      read(`outcomes.${index}.secretFiles`, path, 'webhookSecret', (content, refuse) => {
        const secret = content.trim();
        return isWebhookSecret(secret) ? secret : refuse(SECRET_RULE);
      }) ?? [],
  );
  return {
    url,
    key: createHash('sha256').update(url.href).digest('hex').slice(0, KEY_LENGTH),
    wants: (type) => events === undefined || events.includes(type),
    sign: webhookSigner(secrets),
  };
}
