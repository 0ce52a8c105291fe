import { MCHID } from '../../domain/orders/input.js';
import { quotedPointer } from '../../wechatpay/quoted.js';

/** What the address that a notification was sent to says. */
export interface NotifiedAt {
  /**
   * What stands in it for the merchant number. Empty, as behind a `/` at the end of the address: as absent. A number is that
   * of the merchant whose notification it must be, with or without a `/` behind it; anything else is a `wrong-path`.
   *
   * Default: the notification may be of any of the merchants.
   */
  readonly mchid?: string | undefined;
  /** The path, where it is not one for notifications: a `wrong-path`, whatever else the notification is. */
  readonly wrongPath?: string | undefined;
}

/** Why no notification is taken at an address, in a word for the log. */
export interface WrongPath {
  readonly reason: 'double-slash' | 'merchant-number' | 'unknown-path';
  /** As it came, or what stood in place of the merchant number: short, printable, and without what may be a key. */
  readonly path: string;
}

/** Reads an address: whose a notification must be, or what is wrong. */
export function addressOf({ mchid, wrongPath }: NotifiedAt): { readonly mchid?: string; readonly wrong?: WrongPath } {
  if (wrongPath !== undefined) return wrong('unknown-path', wrongPath);
  if (mchid === undefined || mchid === '') return {};
  const number = mchid.replace(/\/$/, '');
  return MCHID.test(number) ? { mchid: number } : wrong('merchant-number', mchid);
}

function wrong(reason: WrongPath['reason'], path: string): { readonly wrong: WrongPath } {
  // What stands for a merchant number comes without the `/` before it.
  const isDouble = path.includes('//') || (reason === 'merchant-number' && path.startsWith('/'));
  return { wrong: { reason: isDouble ? 'double-slash' : reason, path: quotedPointer(path) } };
}
