import { SANDBOX_APIS, SANDBOX_CALLS, type SandboxApi, type SandboxCall } from './calls.js';
import {
  isCoded,
  isPossible,
  MISBEHAVIOUR_ROWS,
  type MisbehaviourName,
  type MisbehaviourRow,
  type Misbehaviour,
} from './misbehaviour.js';

/** The order or service order whose calls meet a misbehaviour. */
export interface Target {
  readonly mchid: string;
  /** Absent: the merchant's own order. `any`: also that of a sub-merchant. */
  readonly subMchid?: string | undefined;
  /** Of an order or a service order. */
  readonly outTradeNo: string;
  /** Default: whichever has the number. */
  readonly of?: 'orders' | 'serviceOrders';
}

/** What decides which misbehaviours a request meets. */
export interface IncomingCall {
  readonly api: SandboxApi;
  readonly call: SandboxCall;
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  readonly outTradeNo: string;
}

/** A stored misbehaviour: for one order, or, if `outTradeNo` is `null`, for any. */
export interface StoredMisbehaviour extends Misbehaviour, Partial<Pick<Target, 'mchid' | 'subMchid' | 'of'>> {
  readonly outTradeNo: string | null;
  /** How many requests it still lets pass. */
  readonly after: number;
  /** For how many more requests. */
  readonly left: number | 'always';
}

/** The misbehaviours that one request meets, by what they touch. */
export interface Meeting {
  readonly before?: Misbehaviour;
  readonly late?: Misbehaviour;
  readonly answer?: Misbehaviour;
}

/** No request can meet this misbehaviour, so a test would wait for it in vain. */
export class ImpossibleMisbehaviourError extends Error {
  override readonly name = 'ImpossibleMisbehaviourError';
}

/** The calls about orders, and those about service orders. */
const CALLS_OF = {
  orders: ['place', 'query', 'close'],
  serviceOrders: ['create', 'query', 'complete', 'cancel'],
} as const satisfies Record<NonNullable<Target['of']>, readonly SandboxCall[]>;

/**
 * The misbehaviours that are still to come. A request meets the first of each stage that fits it, and uses it up; those
 * of its own order come before those for any.
 */
export class MisbehaviourStore {
  private store: (StoredMisbehaviour & { after: number; left: number | 'always' })[] = [];

  /**
   * @param target `null`: any order
   * @param apis those over which the target can be asked for, if that is known
   * @throws ImpossibleMisbehaviourError
   */
  add(target: Target | null, misbehaviour: Misbehaviour, apis: readonly SandboxApi[] = apisOf(target)): void {
    checkOptions(misbehaviour);
    checkPossible(misbehaviour, target, apis);
    const { after = 0, times: left = 1 } = misbehaviour;
    this.store.push({ ...misbehaviour, ...(target ?? { outTradeNo: null }), after, left });
  }

  /** What this request meets. */
  take(met: IncomingCall): Meeting {
    const possible = this.store.filter((each) => isPossible(each, met.call, met.api));
    const own = possible.filter((each) => isFor(each, met));
    const fits = [...own, ...possible.filter(({ outTradeNo }) => outTradeNo === null)];
    const all = fits.filter(({ after }) => after === 0);
    for (const each of fits) each.after = Math.max(0, each.after - 1);
    const next = (stages: readonly MisbehaviourRow['stage'][]): Misbehaviour | undefined =>
      all.find(({ what }) => stages.includes(MISBEHAVIOUR_ROWS[what].stage));
    const [before, late, answer] = [next(['before']), next(['late']), next(['code', 'answer'])];
    for (const stored of this.store) {
      if (stored !== before && stored !== late && stored !== answer) continue;
      if (stored.left !== 'always') stored.left -= 1;
    }
    this.store = this.store.filter(({ left }) => left === 'always' || left > 0);
    return { ...(before && { before }), ...(late && { late }), ...(answer && { answer }) };
  }

  /** The misbehaviours that are still to come. */
  list(): readonly StoredMisbehaviour[] {
    return this.store;
  }

  /** Removes all: from now on the sandbox behaves. */
  clear(): void {
    this.store = [];
  }
}

/** The names of everything that a request meets. */
export function namesOf({ before, late, answer }: Meeting): MisbehaviourName[] {
  return [before, late, answer].flatMap((misbehaviour) => (misbehaviour === undefined ? [] : [misbehaviour.what]));
}

function isFor({ outTradeNo, mchid, subMchid, of }: StoredMisbehaviour, met: IncomingCall): boolean {
  return (
    outTradeNo === met.outTradeNo &&
    mchid === met.mchid &&
    (subMchid === 'any' || subMchid === met.subMchid) &&
    (of === undefined || (of === 'serviceOrders') === (met.api === 'payscore'))
  );
}

function apisOf(target: Target | null): readonly SandboxApi[] {
  if (target?.of === undefined) return SANDBOX_APIS;
  return SANDBOX_APIS.filter((api) => (api === 'payscore') === (target.of === 'serviceOrders'));
}

/** @throws ImpossibleMisbehaviourError if an option is not one of that misbehaviour */
function checkOptions({ what, code, status, delayMs, totalAmount }: Misbehaviour): void {
  if (what === 'refuse' && code === undefined)
    throw new ImpossibleMisbehaviourError('refuse needs a code, such as ACCOUNT_ERROR.');
  if (!isCoded(what) && (code ?? status) !== undefined)
    throw new ImpossibleMisbehaviourError(`${what} answers no code of its own.`);
  if (what !== 'slow' && delayMs !== undefined)
    throw new ImpossibleMisbehaviourError(`delayMs is of slow, not of ${what}.`);
  if (what !== 'completeFirst' && what !== 'payFirst' && totalAmount !== undefined) {
    throw new ImpossibleMisbehaviourError(`totalAmount is of completeFirst and payFirst, not of ${what}.`);
  }
}

function checkPossible(misbehaviour: Misbehaviour, target: Target | null, apis: readonly SandboxApi[]): void {
  const { what, on } = misbehaviour;
  const { calls = SANDBOX_CALLS } = MISBEHAVIOUR_ROWS[what];
  if (on !== undefined && !calls.includes(on)) {
    throw new ImpossibleMisbehaviourError(`${what} is possible on ${calls.join(', ')}, and not on ${on}.`);
  }
  const callsOver = (api: SandboxApi): readonly SandboxCall[] => {
    if (target === null) return SANDBOX_CALLS;
    return CALLS_OF[api === 'payscore' ? 'serviceOrders' : 'orders'];
  };
  const canBeMet = apis.some((api) => callsOver(api).some((call) => isPossible(misbehaviour, call, api)));
  if (canBeMet) return;
  const where = target === null ? '' : ` of ${target.outTradeNo}`;
  throw new ImpossibleMisbehaviourError(
    `No call${where} over ${apis.join(', ')} can meet ${what}${on ? ` on ${on}` : ''}.`,
  );
}
