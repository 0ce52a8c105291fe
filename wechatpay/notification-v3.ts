import { isRecord } from '../domain/validation.js';
import { parseJsonObject, type JsonObject } from './json.js';
import type { Decrypt, Encrypted } from './encryption.js';
import type { MerchantDirectory, V3Access, V3Merchant } from './merchant.js';
import { hasV3, type KnownKey, type MerchantIndex } from './merchant-index.js';
import type { NotificationFault, OpenedNotification, RefusedNotification } from './notification.js';
import { mchidIn, readers, type Reader } from './notification-v3-resource.js';
import { answerFault, canonicalSerial, type Headers, isSame, type VerificationKeys } from './signature-v3.js';

/** A notification that WeChat Pay signed. */
export interface VerifiedNotification extends KnownKey {
  /** What its key goes by. */
  readonly serial: string;
}

/**
 * Verifies a v3 notification over its raw bytes, with the key that its `Wechatpay-Serial` names. Until it is decrypted, it
 * does not say which merchant it is for.
 *
 * @param known the keys of the merchants that it may be for
 * @param now milliseconds since 1970, on the wall clock
 */
export function verifyNotificationV3(
  body: Uint8Array,
  headers: Headers,
  known: MerchantIndex['keys'],
  now: number,
): VerifiedNotification | RefusedNotification {
  const serial = serialIn(headers) ?? '';
  let told: NotificationFault | undefined;
  for (const each of known.get(serial) ?? []) {
    const fault = faultOf(body, headers, new Map([[serial, each.key]]), now);
    if (fault === undefined) return { ...each, serial };
    told ??= fault;
  }
  return { fault: told ?? faultOf(body, headers, NO_KEYS, now) ?? 'unknown-serial' };
}

/** Whether a merchant has the key that a notification names. */
export function hasKeyFor({ v3 }: V3Merchant, headers: Headers): boolean {
  const serial = serialIn(headers);
  return serial !== undefined && v3.wechatpayKeys.has(serial);
}

function serialIn({ 'wechatpay-serial': serial }: Headers): string | undefined {
  return typeof serial === 'string' ? canonicalSerial(serial) : undefined;
}

const NO_KEYS: VerificationKeys = new Map();

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
 * Reads a verified v3 notification: opens it with an APIv3 key, and accepts it only if it names a merchant that has both
 * this key and the one that it was signed with.
 *
 * @param merchants those that it may be for
 */
export function openNotificationV3(
  body: Uint8Array,
  verified: VerifiedNotification,
  merchants: MerchantDirectory,
): OpenedNotification | RefusedNotification {
  const envelope = parseJsonObject(body);
  const eventType = envelope?.['event_type'];
  if (typeof eventType !== 'string') return { fault: 'malformed' };
  const reader = readers.get(eventType);
  if (reader === undefined) return { fault: 'not-handled' };
  const encrypted = encryptedIn(envelope?.['resource']);
  if (encrypted === undefined) return { fault: 'malformed' };
  const opened = openFor(verified, encrypted, merchants);
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

/** Many merchants may have the same APIv3 key: each key is tried once, and what it opens says whose it is. */
function openFor(
  verified: VerifiedNotification,
  encrypted: Encrypted,
  merchants: MerchantDirectory,
): Opened | RefusedNotification {
  for (const decrypt of verified.decrypts) {
    const bytes = decrypt(encrypted);
    if (bytes === undefined) continue;
    const json = parseJsonObject(bytes);
    if (json === undefined) return { fault: 'malformed' };
    const ownerOf = (mchid: unknown): V3Merchant | undefined => {
      const merchant = typeof mchid === 'string' ? merchants.find(mchid) : undefined;
      const isIts = hasV3(merchant) && merchant.mchid === mchid && fits(merchant.v3, verified, decrypt, encrypted);
      return isIts ? merchant : undefined;
    };
    const merchant = ownerOf(mchidIn(json));
    if (merchant !== undefined) return { json, merchant };
    const combined = ownerOf(json['combine_mchid']);
    return combined ? { fault: 'not-handled', mchid: combined.mchid } : { fault: 'unknown-merchant' };
  }
  return { fault: 'undecryptable' };
}

/** Whether a merchant has, at this moment, the key that verified a notification, and the one that opened it. */
function fits(v3: V3Access, { serial, key }: VerifiedNotification, decrypt: Decrypt, encrypted: Encrypted): boolean {
  if (!isSame(v3.wechatpayKeys.get(serial), key)) return false;
  const isSameKey = v3.decrypt === decrypt || (decrypt.mark !== undefined && v3.decrypt?.mark === decrypt.mark);
  return isSameKey || v3.decrypt?.(encrypted) !== undefined;
}
