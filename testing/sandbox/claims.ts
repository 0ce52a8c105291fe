import { BookError } from './book-error.js';
import type { OrderKey, SandboxTradeState } from './orders.js';
import type { ServiceOrderKey, ServiceOrderState } from './service-orders.js';

/**
 * How the caller says that its orders ended: `paid`, `closed`, `cancelled`, or something else. The key is a bare number
 * where only one order or service order has it, or else what {@link claimKey} says.
 */
export type ClaimedOutcomes = ReadonlyMap<string, string>;

/** The key of a claim that says whose order it is: `mchid/number`, `mchid/subMchid/number`, `payscore/mchid/number`. */
export function claimKey(key: OrderKey | ServiceOrderKey): string {
  if ('outOrderNo' in key) return `payscore/${key.mchid}/${key.outOrderNo}`;
  const { mchid, subMchid, outTradeNo } = key;
  return [mchid, ...(subMchid === undefined ? [] : [subMchid]), outTradeNo].join('/');
}

/** The outcomes that each state of an order bears out. */
export const OUTCOMES_OF: Record<SandboxTradeState, readonly string[]> = {
  NOTPAY: [],
  USERPAYING: [],
  ACCEPT: [],
  PAYERROR: [],
  SUCCESS: ['paid'],
  REFUND: ['paid'],
  CLOSED: ['closed'],
  REVOKED: ['closed'],
};

/** The same of a service order. One that was kept may have been done since. */
export const SERVICE_OUTCOMES_OF: Record<ServiceOrderState, readonly string[]> = {
  CREATED: ['kept'],
  DOING: ['kept'],
  DONE: ['done', 'kept'],
  REVOKED: ['cancelled'],
  EXPIRED: ['expired'],
};

/** An order or a service order in the books, and the outcomes that are true of it. */
export interface Known {
  readonly number: string;
  readonly key: string;
  readonly outcomes: readonly string[];
}

/**
 * The claims that are not true.
 *
 * @returns their keys, as they were given
 * @throws BookError where a bare number is that of several
 */
export function wrongClaims(claims: ClaimedOutcomes, books: readonly Known[]): string[] {
  return [...claims].filter(([key, claim]) => isWrong(key, claim, books)).map(([key]) => key);
}

function isWrong(key: string, claim: string, books: readonly Known[]): boolean {
  const [known, ...others] = books.filter((each) => each.key === key || each.number === key);
  if (known === undefined) return claim !== 'never-existed';
  if (others.length === 0) return !known.outcomes.includes(claim);
  const keys = [known, ...others].map((each) => each.key).join(', ');
  throw new BookError(`Several have the number ${key}, so say whose outcome it is: ${keys}.`);
}
