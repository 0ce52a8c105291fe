import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { lowerCased, type Headers, type RequestHeaders } from '../http/request.js';
import { type VerifiedOutcome, eventFrom } from './event.js';
import { InvalidOutcomeError, type InvalidOutcomeReason, OutcomeSecretsError } from './errors.js';

/** The secret that the worker signs with, as in `whsec_MfKQ9r8G…`; while it is changed, the new one and the old one. */
export type OutcomeSecrets = string | readonly string[];

/** Verifies and reads what was posted. @throws InvalidOutcomeError */
export type VerifyOutcome = (rawBody: Uint8Array | string, headers: RequestHeaders) => VerifiedOutcome;

/**
 * Verifies what was posted by the rules of Standard Webhooks, and reads the event. Its time may be 5 minutes from ours.
 *
 * @param rawBody the body as it came, not parsed and serialised again: the signature is over these bytes
 * @param headers as Node has them, `Headers`, or lists of one value; names in any case
 * @param secrets one is enough that made the signature
 * @throws InvalidOutcomeError if it is not an event, or cannot be verified: answer with failure
 * @throws OutcomeSecretsError if the secrets are none or malformed
 */
export function verifyOutcome(
  rawBody: Uint8Array | string,
  headers: RequestHeaders,
  secrets: OutcomeSecrets,
): VerifiedOutcome {
  return outcomeVerifier(secrets)(rawBody, headers);
}

/** {@link verifyOutcome} with secrets that are read once. @throws OutcomeSecretsError */
export function outcomeVerifier(secrets: OutcomeSecrets): VerifyOutcome {
  const webhooks = webhooksOf(secrets);
  return (rawBody, given) => {
    const headers = signatureOf(lowerCased(given));
    const text = textOf(rawBody);
    const faults = webhooks.map((webhook) => faultOf(webhook, text, headers));
    // The faults are the same for every secret, but that of the signature.
    if (!faults.includes(null)) throw new InvalidOutcomeError(faults[0] ?? 'wrong-signature');
    return eventFrom(text, headers['webhook-id']);
  };
}

const PREFIX = 'whsec_';
/** How long the key in a secret may be, in bytes, as Standard Webhooks says. The library takes any. */
const KEY_BYTES = { min: 24, max: 64 };

function webhooksOf(secrets: OutcomeSecrets): Webhook[] {
  const all = [secrets ?? []].flat();
  if (all.length === 0) throw new OutcomeSecretsError(null);
  return all.map((given: unknown, at) => {
    // A file of a secret mostly ends with a line break.
    const secret = typeof given === 'string' ? given.trim() : given;
    try {
      if (typeof secret === 'string' && isSecret(secret)) return new Webhook(secret);
    } catch {
      // The library's error does not help a reader, and its text could hold anything.
    }
    throw new OutcomeSecretsError(at, isEmpty(secret));
  });
}

/** Nothing but blanks, or `undefined`, as a variable of the environment that is not set. */
function isEmpty(secret: unknown): boolean {
  const text = secret ?? '';
  return typeof text === 'string' && text.trim() === '';
}

/** Whether it has the prefix, and a key of the right length if it is base64, which the library checks. */
function isSecret(secret: string): boolean {
  const { byteLength } = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return secret.startsWith(PREFIX) && byteLength >= KEY_BYTES.min && byteLength <= KEY_BYTES.max;
}

interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

function signatureOf({
  'webhook-id': id,
  'webhook-timestamp': timestamp,
  'webhook-signature': signature,
}: Headers): SignatureHeaders {
  // The library would read a number from the beginning of a text.
  const isTime = typeof timestamp === 'string' && /^\d{1,15}$/.test(timestamp);
  if (!isTime || typeof id !== 'string' || typeof signature !== 'string') throw new InvalidOutcomeError('unsigned');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

/** The bytes as text, with a byte order mark if there is one. What is verified is also what is read. */
function textOf(rawBody: unknown): string {
  if (typeof rawBody === 'string') return rawBody;
  if (!(rawBody instanceof Uint8Array)) throw new InvalidOutcomeError('body-parsed');
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(rawBody);
}

/** What the library says, by its messages. */
const REASONS: ReadonlyMap<string, InvalidOutcomeReason> = new Map([
  ['Missing required headers', 'unsigned'],
  ['Message timestamp too old', 'too-old'],
  ['Message timestamp too new', 'too-early'],
]);

/** `null`: the secret made one of the signatures. */
function faultOf(webhook: Webhook, text: string, headers: SignatureHeaders): InvalidOutcomeReason | null {
  try {
    webhook.verify(text, { ...headers }, { jsonParse: false });
    return null;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) return 'wrong-signature';
    return REASONS.get(error.message) ?? 'wrong-signature';
  }
}
