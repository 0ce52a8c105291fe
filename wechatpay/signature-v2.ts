import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How a v2 order is signed: as at its placement, for its whole life. `MD5` is WeChat Pay's default. */
export type SignType = 'MD5' | 'HMAC-SHA256';

/** Signs and verifies v2 messages with a merchant's API key, which it does not reveal. */
export interface V2Signer {
  readonly signType: SignType;
  /** The `sign` of some fields. A `sign` among them and empty values are left out. */
  sign(fields: ReadonlyMap<string, string>): string;
  /** Whether the fields carry the `sign` that they should, by {@link signType} and in constant time. */
  verifies(fields: ReadonlyMap<string, string>): boolean;
}

const API_KEY = /^[0-9A-Za-z]{32}$/;

/**
 * A signer with a merchant's v2 API key, which stays in its closure: nothing that prints the signer prints the key.
 *
 * @param key the API key of the merchant platform: 32 letters and digits
 * @throws TypeError without any of the key's text, if it is not of that form
 */
export function v2Signer(key: string, signType: SignType): V2Signer {
  if (!API_KEY.test(key)) throw new TypeError('this is not a v2 API key: that is 32 letters and digits');
  const sign = (fields: ReadonlyMap<string, string>): string => {
    const hash = signType === 'MD5' ? createHash('md5') : createHmac('sha256', key);
    return hash
      .update(`${signedText(fields)}key=${key}`)
      .digest('hex')
      .toUpperCase();
  };
  return { signType, sign, verifies: (fields) => equal(fields.get('sign') ?? '', sign(fields)) };
}

/** The signed text without the key at its end: `k=v&` for each field, by name in the order of ASCII. */
function signedText(fields: ReadonlyMap<string, string>): string {
  return [...fields]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}&`)
    .join('');
}

/** Fields that decide something; and `bank_type`, which follows `attach` in every message about a payment. */
const DECIDING =
  'appid bank_type err_code fee_type mch_id nonce_str out_trade_no refund_id result_code return_code sign_type ' +
  'sub_appid sub_mch_id time_end total_fee trade_state transaction_id';
const HIDDEN_FIELD = new RegExp(`&(?:${DECIDING.replaceAll(' ', '|')})=`);

/**
 * Whether a value holds `&NAME=` of a field that decides. The signed text does not mark where a value ends, so a sign
 * fits every split of it: with the `attach` `x&out_trade_no=…&total_fee=…`, a shopper could turn a genuine message into
 * one about another order. The genuine fields are then left over inside a value.
 */
export function hidesField(fields: ReadonlyMap<string, string>): boolean {
  return [...fields.values()].some((value) => HIDDEN_FIELD.test(value));
}

/** Takes as long for a sign that is nearly right as for any other. Only the length shows, which is no secret. */
function equal(given: string, right: string): boolean {
  const bytes = Buffer.from(given);
  return bytes.length === right.length && timingSafeEqual(bytes, Buffer.from(right));
}
