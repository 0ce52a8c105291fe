/** The APIs of the sandbox: APIv3 overseas and on the mainland, v2's XML, and PayScore (on the mainland host). */
export const SANDBOX_APIS = ['v3-global', 'v3', 'v2', 'payscore'] as const;
export type SandboxApi = (typeof SANDBOX_APIS)[number];

/** How an order can be placed. */
export const ORDER_APIS = ['v3-global', 'v3', 'v2'] as const;
export type OrderApi = (typeof ORDER_APIS)[number];

/**
 * The calls of these APIs.
 *
 * - `place`, `query`, `close`: of an order
 * - `create`, `query`, `complete`, `cancel`: of a PayScore service order
 * - `certificates`: WeChat Pay's own
 */
export const SANDBOX_CALLS = ['place', 'query', 'close', 'create', 'complete', 'cancel', 'certificates'] as const;
export type SandboxCall = (typeof SANDBOX_CALLS)[number];

/** Milliseconds since 1970, on the sandbox's order clock. */
export type Instant = number;

/** The request does not fit the sandbox's orders: the number is used already, unknown, or not unique. */
export class SandboxStateError extends Error {
  override readonly name = 'SandboxStateError';
}
