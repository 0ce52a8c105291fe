import type { KeyObject } from 'node:crypto';
import { isRecord } from '../domain/validation.js';
import { parseJsonObject, type JsonObject } from './json.js';
import type { Encrypted } from './encryption.js';
import type { Merchant, V3Access } from './merchant.js';
import type { NotificationFault, OpenedNotification, RefusedNotification } from './notification.js';
import { mchidIn, readers, type Reader } from './notification-v3-resource.js';
import { answerFault, canonicalSerial, type Headers, type VerificationKeys } from './signature-v3.js';

/** A merchant that a v3 notification may belong to. */
export type V3Merchant = Merchant & { readonly v3: V3Access };

/**
 * Verifies a v3 notification over its raw bytes, with the key that its `Wechatpay-Serial` names. Until it is decrypted, it
 * does not say which merchant it is for, so each merchant that has this serial stays a candidate.
 *
 * @param now milliseconds since 1970, on the wall clock
 * @returns the merchants with a key that it verifies with: at least one
 */
export function verifyNotificationV3(
  body: Uint8Array,
  headers: Headers,
  merchants: readonly V3Merchant[],
  now: number,
): readonly V3Merchant[] | RefusedNotification {
  const faults: { readonly key: KeyObject | undefined; readonly fault: NotificationFault | undefined }[] = [];
  const verified = merchants.filter(({ v3 }) => {
    const key = keyFor(v3, headers);
    // WeChat Pay has one key for many merchants: the signature is checked once with each key.
    const known = faults.find((each) => isSame(each.key, key));
    if (known !== undefined) return known.fault === undefined;
    const fault = faultOf(body, headers, v3.wechatpayKeys, now);
    faults.push({ key, fault });
    return fault === undefined;
  });
  if (verified.length > 0) return verified;
  const told = faults.find(({ fault }) => fault !== 'unknown-serial')?.fault;
  return { fault: told ?? faultOf(body, headers, NO_KEYS, now) ?? 'unknown-serial' };
}

/** Whether a merchant has the key that a notification names. */
export function hasKeyFor({ v3 }: V3Merchant, headers: Headers): boolean {
  return keyFor(v3, headers) !== undefined;
}

function keyFor({ wechatpayKeys }: V3Access, { 'wechatpay-serial': serial }: Headers): KeyObject | undefined {
  return typeof serial === 'string' ? wechatpayKeys.get(canonicalSerial(serial)) : undefined;
}

const NO_KEYS: VerificationKeys = new Map();

function isSame(one: KeyObject | undefined, other: KeyObject | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || one.equals(other);
}

function faultOf(
  body: Uint8Array,
  headers: Headers,
  keys: VerificationKeys,
  now: number,
): NotificationFault | undefined {
  const fault = answerFault(headers, body, keys, now);
  return fault === 'wrong' ? 'wrong-signature' : fault;
}

/**
 * Reads a verified v3 notification: opens it with the APIv3 key of a merchant, and accepts it only if it names that
 * merchant.
 *
 * @param merchants those that {@link verifyNotificationV3} returned
 */
export function openNotificationV3(
  body: Uint8Array,
  merchants: readonly V3Merchant[],
): OpenedNotification | RefusedNotification {
  const envelope = parseJsonObject(body);
  const eventType = envelope?.['event_type'];
  if (typeof eventType !== 'string') return { fault: 'malformed' };
  const reader = readers.get(eventType);
  if (reader === undefined) return { fault: 'not-handled' };
  const encrypted = encryptedIn(envelope?.['resource']);
  if (encrypted === undefined) return { fault: 'malformed' };
  const opened = openFor(merchants, encrypted);
  return 'fault' in opened ? opened : read(reader, opened);
}

function read(reader: Reader, { json, merchant }: Opened): OpenedNotification | RefusedNotification {
  const { mchid } = merchant;
  const said = reader(json, merchant);
  return typeof said === 'string' ? { fault: said, mchid } : { mchid, said };
}

interface Opened {
  readonly json: JsonObject;
  readonly merchant: V3Merchant;
}

function encryptedIn(resource: unknown): Encrypted | undefined {
  if (!isRecord(resource)) return undefined;
  const { algorithm, nonce, ciphertext, associated_data } = resource;
  const associatedData = associated_data ?? '';
  const isWhole = typeof algorithm === 'string' && typeof nonce === 'string' && typeof ciphertext === 'string';
  if (!isWhole || typeof associatedData !== 'string') return undefined;
  return { algorithm, nonce, ciphertext, associatedData };
}

/** Several merchants may have the same APIv3 key, so the one that the notification names is looked for. */
function openFor(merchants: readonly V3Merchant[], encrypted: Encrypted): Opened | RefusedNotification {
  let fault: NotificationFault = 'undecryptable';
  for (const merchant of merchants) {
    const bytes = merchant.v3.decrypt?.(encrypted);
    if (bytes === undefined) continue;
    const json = parseJsonObject(bytes);
    if (json === undefined) return { fault: 'malformed' };
    if (mchidIn(json) === merchant.mchid) return { json, merchant };
    if (json['combine_mchid'] === merchant.mchid) return { fault: 'not-handled', mchid: merchant.mchid };
    fault = 'unknown-merchant';
  }
  return { fault };
}
