import type { SandboxApi, SandboxCall } from './calls.js';
import type { CodedName } from './answers.js';

/** The two forms of requests and answers: JSON with signed headers, and XML with a sign. */
export type Form = 'v3' | 'v2';

/**
 * What a misbehaviour touches. One request meets at most one of each stage, so they can be combined:
 *
 * - `before`: something happens just before the request is handled
 * - `late`: the answer waits
 * - `code`: WeChat Pay answers a code and does nothing
 * - `answer`: the answer is altered, lost, or another server's. A request meets one of `code` and `answer`, not both.
 */
type Stage = 'before' | 'late' | 'code' | 'answer';

export interface MisbehaviourRow {
  readonly stage: Stage;
  readonly meaning: string;
  /** Whether its answer can be verified. Default: true. */
  readonly isBelievable?: false;
  /** Default: both. */
  readonly form?: Form;
  /** Default: of orders as well. */
  readonly of?: 'serviceOrders';
  /** Default: every call. */
  readonly calls?: readonly SandboxCall[];
}

const BOUND = ['query', 'close', 'complete', 'cancel'] as const;

/**
 * How the sandbox misbehaves. Calls are `query` and `close` of an order, `query` and `cancel` of a service order, and
 * `place`, `create`, `complete`, `certificates`; "any" is each of them. Codes are APIv3's; v2 has its own spelling.
 *
 * | what | on | effect |
 * | --- | --- | --- |
 * | `payFirst` | query, close, complete, cancel | the shopper pays, or the user confirms, or pays what is due; then as ever. With `totalAmount`, of a service order: it is completed with that, and paid |
 * | `confirmFirst` | query, cancel of a service order | the user confirms; then as ever |
 * | `completeFirst` | query, cancel of a service order | it is confirmed if it was not, and the merchant completes it with `totalAmount` (100) due; then as ever |
 * | `rotateKey` | any | the keys change, and the new one signs |
 * | `slow` | any | acts, and answers after `delayMs` (10 000); nothing is delivered to a caller who has hung up by then |
 * | `systemError` | any | SYSTEM_ERROR (500), nothing done |
 * | `tooOften` | any | FREQUENCY_LIMITED (429), nothing done; or another `code`, such as RULE_LIMIT |
 * | `inProgress` | any | USERPAYING (400; say `status: 202` for the other form): paying, or being charged; nothing done |
 * | `notFound` | any | ORDER_NOT_EXIST (404), signed, though it exists; nothing done |
 * | `invalidState` | any | TRADE_ERROR (403), of a service order INVALID_ORDER_STATE (400); nothing done |
 * | `paramError` | any | PARAM_ERROR (400), nothing done |
 * | `invalidRequest` | any | INVALID_REQUEST (400), nothing done |
 * | `noAuth` | any | NO_AUTH (403), which is fatal; nothing done |
 * | `signError` | any | SIGN_ERROR (401), in v2 return_code FAIL; unsigned, nothing done |
 * | `refuse` | any | any `code` (`status`: 400), signed, nothing done: ORDERPAID of an unpaid order, ACCOUNT_ERROR… |
 * | `accepted` | any, not v2 | 202 without a code, nothing done |
 * | `reset` | any | the connection is reset, nothing done |
 * | `bare404` | any | a proxy says 404 with no body, nothing done |
 * | `html` | any | a proxy says 200 with a page, nothing done |
 * | `loseAnswer` | any | acts, then cuts the connection |
 * | `signWrongly` | any | acts; the answer is signed with another's key |
 * | `unsigned` | any | acts; the answer is not signed |
 * | `stale` | any, not v2 | acts; the answer is signed ten minutes ago |
 * | `probe` | any, not v2 | acts; the signature is a probe (WECHATPAY/SIGNTEST/…) |
 * | `otherOrder` | query | a good answer about another order, which is paid |
 * | `oversize` | any | acts; the answer has 1 MiB |
 * | `noContent` | cancel | acts; 204, though a body is documented |
 */
export const MISBEHAVIOURS = {
  payFirst: {
    stage: 'before',
    meaning: 'lets the shopper pay, or the user confirm or pay, just before the request is handled',
    calls: BOUND,
  },
  confirmFirst: {
    stage: 'before',
    meaning: 'lets the user confirm a service order just before the request is handled',
    of: 'serviceOrders',
    calls: ['query', 'cancel'],
  },
  completeFirst: {
    stage: 'before',
    meaning: 'lets the merchant complete a service order just before, with `totalAmount` due',
    of: 'serviceOrders',
    calls: ['query', 'cancel'],
  },
  rotateKey: { stage: 'before', meaning: 'changes its keys, then does what was asked' },
  slow: { stage: 'late', meaning: 'does what was asked, and answers only after `delayMs`' },
  systemError: { stage: 'code', meaning: 'answers SYSTEM_ERROR and does nothing' },
  tooOften: { stage: 'code', meaning: 'answers FREQUENCY_LIMITED and does nothing' },
  inProgress: { stage: 'code', meaning: 'answers that the user is paying or being charged, and does nothing' },
  notFound: { stage: 'code', meaning: 'answers, signed, that there is no such order, and does nothing' },
  invalidState: { stage: 'code', meaning: 'answers that the state does not allow it, and does nothing' },
  paramError: { stage: 'code', meaning: 'answers PARAM_ERROR and does nothing' },
  invalidRequest: { stage: 'code', meaning: 'answers INVALID_REQUEST and does nothing' },
  noAuth: { stage: 'code', meaning: 'answers NO_AUTH and does nothing' },
  signError: {
    stage: 'code',
    meaning: 'takes a right signature for a wrong one: SIGN_ERROR or FAIL, unsigned, and does nothing',
    isBelievable: false,
  },
  refuse: { stage: 'code', meaning: 'answers any `code`, with `status`, signed, and does nothing' },
  accepted: { stage: 'answer', meaning: 'answers 202 without a code, and does nothing', form: 'v3' },
  reset: { stage: 'answer', meaning: 'resets the connection before it does anything', isBelievable: false },
  bare404: { stage: 'answer', meaning: 'a proxy answers 404 in its place, with no body', isBelievable: false },
  html: { stage: 'answer', meaning: 'a proxy answers 200 in its place, with a page', isBelievable: false },
  loseAnswer: { stage: 'answer', meaning: 'does what was asked, then cuts the connection', isBelievable: false },
  signWrongly: {
    stage: 'answer',
    meaning: 'does what was asked, and signs the answer with a key that is not WeChat Pay’s',
    isBelievable: false,
  },
  unsigned: { stage: 'answer', meaning: 'does what was asked, and does not sign the answer', isBelievable: false },
  stale: {
    stage: 'answer',
    meaning: 'does what was asked, and signs the answer with a time ten minutes ago',
    isBelievable: false,
    form: 'v3',
  },
  probe: {
    stage: 'answer',
    meaning: 'does what was asked, and sends a probe (WECHATPAY/SIGNTEST/…) for a signature',
    isBelievable: false,
    form: 'v3',
  },
  otherOrder: { stage: 'answer', meaning: 'answers, signed, about another order, which is paid', calls: ['query'] },
  oversize: { stage: 'answer', meaning: 'does what was asked, and answers with 1 MiB', isBelievable: false },
  noContent: {
    stage: 'answer',
    meaning: 'does what was asked, and answers 204, though a body is documented',
    calls: ['cancel'],
  },
} as const satisfies Record<CodedName, MisbehaviourRow & { readonly stage: 'code' }> & Record<string, MisbehaviourRow>;

export type MisbehaviourName = keyof typeof MISBEHAVIOURS;

export const MISBEHAVIOUR_NAMES = Object.keys(MISBEHAVIOURS) as MisbehaviourName[];

/** The same table, of which only the columns are known. */
export const MISBEHAVIOUR_ROWS: Readonly<Record<MisbehaviourName, MisbehaviourRow>> = MISBEHAVIOURS;

/** How long `slow` waits, milliseconds: longer than callers do. */
export const DEFAULT_DELAY_MS = 10_000;

/** What `completeFirst` leaves due, in fen. */
export const DEFAULT_TOTAL_AMOUNT = 100;

/** One misbehaviour that a test or a person plans. */
export interface Misbehaviour {
  readonly what: MisbehaviourName;
  /** Default: every call that it is possible on. */
  readonly on?: SandboxCall;
  /** How many of the requests that it fits it lets pass first: with 1, the second query is the first to meet it. Default: 0. */
  readonly after?: number;
  /** For how many requests, or until {@link MisbehaviourStore.clear}. Default: 1. */
  readonly times?: number | 'always';
  /** Of `slow`, in milliseconds. Default: {@link DEFAULT_DELAY_MS}. */
  readonly delayMs?: number;
  /** Of those that answer a code: another one, as it goes over the wire. `refuse` has no other. */
  readonly code?: string;
  /** Of those that answer a code: another HTTP status. v2 answers 200 whatever this says. */
  readonly status?: number;
  /** Of `completeFirst`, in fen; default: {@link DEFAULT_TOTAL_AMOUNT}. Of `payFirst` on a service order; default: what is due. */
  readonly totalAmount?: number;
}

/** Which of them answer a code. */
export function isCoded(what: MisbehaviourName): what is CodedName {
  return MISBEHAVIOURS[what].stage === 'code';
}

/** Whether a call over an API can meet a misbehaviour. */
export function isPossible({ what, on, totalAmount }: Misbehaviour, call: SandboxCall, api: SandboxApi): boolean {
  const { form, of, calls } = MISBEHAVIOUR_ROWS[what];
  return (
    (on ?? call) === call &&
    (form ?? formOf(api)) === formOf(api) &&
    ((of ?? totalAmount) === undefined || api === 'payscore') &&
    (calls?.includes(call) ?? true)
  );
}

function formOf(api: SandboxApi): Form {
  return api === 'v2' ? 'v2' : 'v3';
}
