import type { SandboxCall } from './calls.js';

/** The two forms of requests and answers: JSON with signed headers, and XML with a sign. */
export type Form = 'v3' | 'v2';

interface MisbehaviourRow {
  readonly meaning: string;
  /** Whether WeChat Pay does what was asked. */
  readonly acts: boolean;
  /** Whether the answer can be believed. */
  readonly isBelievable: boolean;
  /** Default: both. */
  readonly form?: Form;
  /** Default: every call. */
  readonly calls?: readonly SandboxCall[];
}

/** How the sandbox misbehaves, and what a caller may make of it. */
export const MISBEHAVIOURS = {
  systemError: { meaning: 'answers SYSTEM_ERROR and does nothing', acts: false, isBelievable: true },
  tooOften: { meaning: 'answers FREQUENCY_LIMITED and does nothing', acts: false, isBelievable: true },
  accepted: { meaning: 'answers 202 without a code, and does nothing', acts: false, isBelievable: true, form: 'v3' },
  reset: { meaning: 'resets the connection before it does anything', acts: false, isBelievable: false },
  bare404: { meaning: 'a proxy answers 404 in its place, with no body', acts: false, isBelievable: false },
  html: { meaning: 'a proxy answers 200 in its place, with a page', acts: false, isBelievable: false },
  slow: { meaning: 'does what was asked, and answers only after `delayMs`', acts: true, isBelievable: true },
  loseAnswer: { meaning: 'does what was asked, then cuts the connection', acts: true, isBelievable: false },
  signWrongly: {
    meaning: 'does what was asked, and signs the answer with a key that is not WeChat Pay’s',
    acts: true,
    isBelievable: false,
  },
  unsigned: { meaning: 'does what was asked, and does not sign the answer', acts: true, isBelievable: false },
  stale: {
    meaning: 'does what was asked, and signs the answer with a time ten minutes ago',
    acts: true,
    isBelievable: false,
    form: 'v3',
  },
  probe: {
    meaning: 'does what was asked, and sends a probe (WECHATPAY/SIGNTEST/…) for a signature',
    acts: true,
    isBelievable: false,
    form: 'v3',
  },
  otherOrder: {
    meaning: 'answers, signed, about another order, which is paid',
    acts: false,
    isBelievable: false,
    calls: ['query'],
  },
  oversize: { meaning: 'does what was asked, and answers with 1 MiB', acts: true, isBelievable: false },
  noContent: {
    meaning: 'does what was asked, and answers 204 where a body is documented',
    acts: true,
    isBelievable: true,
    calls: ['cancel'],
  },
  payFirst: {
    meaning: 'lets the shopper pay, or the user confirm or pay, in the moment before the request is looked at',
    acts: true,
    isBelievable: true,
  },
  rotateKey: { meaning: 'changes its keys, then does what was asked', acts: true, isBelievable: true },
} as const satisfies Record<string, MisbehaviourRow>;

export type Misbehaviour = keyof typeof MISBEHAVIOURS;

export const MISBEHAVIOUR_NAMES = Object.keys(MISBEHAVIOURS) as Misbehaviour[];

/** How long `slow` waits, milliseconds: longer than callers do. */
export const DEFAULT_DELAY_MS = 10_000;

export interface Mischief {
  readonly what: Misbehaviour;
  /** Default: every call that it is possible on. */
  readonly on?: SandboxCall;
  /** For how many requests. Default: 1. */
  readonly times?: number;
  /** Of `slow`, in milliseconds. Default: {@link DEFAULT_DELAY_MS}. */
  readonly delayMs?: number;
}

/** A mischief in store, for one number or, where that is `null`, at large. */
export interface StoredMischief extends Mischief {
  readonly outTradeNo: string | null;
  /** For how many more requests. */
  readonly left: number;
}

/** What is in store for whom. The first that fits a request is used up by it; one order's own come before those at large. */
export class Mischiefs {
  private store: (StoredMischief & { left: number })[] = [];

  /** @param outTradeNo the number of an order or a service order; `null`: whatever is asked next */
  add(outTradeNo: string | null, mischief: Mischief): void {
    this.store.push({ ...mischief, outTradeNo, left: mischief.times ?? 1 });
  }

  /** What this request meets, if anything. */
  take(outTradeNo: string, call: SandboxCall, form: Form): Mischief | undefined {
    const fits = this.list().filter((mischief) => isPossible(mischief, call, form));
    const next = fits.find((each) => each.outTradeNo === outTradeNo) ?? fits.find((each) => each.outTradeNo === null);
    const stored = this.store.find((each) => each === next);
    if (stored !== undefined) stored.left -= 1;
    return stored;
  }

  /** What is still in store. */
  list(): readonly StoredMischief[] {
    this.store = this.store.filter(({ left }) => left > 0);
    return this.store;
  }

  /** Behaves, from now on. */
  clear(): void {
    this.store = [];
  }
}

function isPossible({ what, on }: Mischief, call: SandboxCall, form: Form): boolean {
  const row: MisbehaviourRow = MISBEHAVIOURS[what];
  return (on ?? call) === call && (row.form ?? form) === form && (row.calls?.includes(call) ?? true);
}
