import { MCHID } from '../../domain/orders/input.js';
import { quotedPointer } from '../../wechatpay/quoted.js';
import type { ContentType } from '../http/request.js';
import type { NotificationForm } from './outcomes.js';

/** The address that a notification was sent to. */
export interface NotifiedAt {
  /**
   * The part for the merchant number, also with a `/` after it: the notification must be for that merchant. Empty, as after a
   * `/` at the end of the address, counts as absent. Anything that is not a merchant number gives `wrong-path`.
   *
   * Default: the notification may be for any of the merchants.
   */
  readonly mchid?: string | undefined;
  /** The path, if it is not one for notifications. Gives `wrong-path`. */
  readonly wrongPath?: string | undefined;
}

/** Why an address is not one for notifications. */
export interface WrongPath {
  readonly reason: 'double-slash' | 'merchant-number' | 'unknown-path';
  /** The path, or the part for the merchant number: shortened, printable, and anything like a key removed. */
  readonly path: string;
}

/** Reads an address: the merchant that the notification must be for, or what is wrong. */
export function addressOf({ mchid, wrongPath }: NotifiedAt): { readonly mchid?: string; readonly wrong?: WrongPath } {
  if (wrongPath !== undefined) return wrong('unknown-path', wrongPath);
  if (mchid === undefined || mchid === '') return {};
  const number = mchid.replace(/\/$/, '');
  return MCHID.test(number) ? { mchid: number } : wrong('merchant-number', mchid);
}

function wrong(reason: WrongPath['reason'], path: string): { readonly wrong: WrongPath } {
  // Of `…//1900000109`, the merchant number arrives as `/1900000109`: the route took one `/`.
  const isDouble = path.includes('//') || (reason === 'merchant-number' && path.startsWith('/'));
  return { wrong: { reason: isDouble ? 'double-slash' : reason, path: quotedPointer(path) } };
}

const XML_START = /^(?:\ufeff|ï»¿)?\s*</;

/** The form to answer in: v2 if the content type is XML, or the body begins with `<`, after a byte order mark or white space. */
export function formOf(type: ContentType, body: Uint8Array): NotificationForm {
  const start = Buffer.from(body.subarray(0, 64)).toString('latin1');
  return type === 'xml' || XML_START.test(start) ? 'v2' : 'v3';
}
