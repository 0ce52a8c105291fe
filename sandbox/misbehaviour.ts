import type { SandboxCall } from './ledger.js';

/**
 * How the sandbox misbehaves.
 *
 * - `systemError`: answers SYSTEM_ERROR and does nothing
 * - `loseAnswer`: does what was asked, then cuts the connection
 * - `signWrongly`: does what was asked, and signs the answer with a key that is not WeChat Pay's
 * - `payFirst`: lets the shopper pay in the moment before the request is looked at
 */
export type Misbehaviour = 'systemError' | 'loseAnswer' | 'signWrongly' | 'payFirst';

export interface Mischief {
  readonly what: Misbehaviour;
  readonly on: SandboxCall;
  /** For how many requests. Default: 1. */
  readonly times?: number;
}

/** What is in store for which order. The first that fits a request is used up by it. */
export class Mischiefs {
  private readonly inStore = new Map<string, { what: Misbehaviour; on: SandboxCall; left: number }[]>();

  add(outTradeNo: string, { what, on, times = 1 }: Mischief): void {
    const ofOrder = this.inStore.get(outTradeNo) ?? [];
    this.inStore.set(outTradeNo, [...ofOrder, { what, on, left: times }]);
  }

  /** What this request meets, if anything. */
  take(outTradeNo: string, call: SandboxCall): Misbehaviour | undefined {
    const next = this.inStore.get(outTradeNo)?.find(({ on, left }) => on === call && left > 0);
    if (next === undefined) return undefined;
    next.left -= 1;
    return next.what;
  }
}
