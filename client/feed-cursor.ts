import { MCHID } from '../domain/orders/input.js';
import { INSTANT_FORM } from '../domain/timing.js';
import { MINUTE, parseInstant, type Instant, type Milliseconds } from '../domain/time.js';
import { bad, fault, isRecord, matches, ok, unknownFields, type Checked } from '../domain/validation.js';

/**
 * How far the window of a pass goes back into that of the pass before. A run that has ended is listed some seconds later, and
 * the clocks of the two machines differ.
 */
const OVERLAP: Milliseconds = 5 * MINUTE;

/** How many entries a page has at most. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** A cursor with the token of a page has some 300 characters. */
const MAX_CURSOR_LENGTH = 4_000;

/** From where a feed is read: since an instant (RFC 3339), or on from a page. */
export type FeedPosition = { readonly since: string } | { readonly cursor: string };

export interface FeedPageOptions {
  /** How many entries the page has at most, 1 to 1,000. Default: 100. */
  readonly limit?: number;
}

/** One pass over all that ended, or asked for a person, since an instant. It takes one page or more. */
export interface Pass {
  /** When it began, by the clock of this machine. */
  readonly begunAt: Instant;
  /** What is listed now: first the runs that have ended, then the open ones. */
  readonly part: 'ended' | 'open';
  /** The server's token of the next page. Empty: the first. */
  readonly token: string;
  /** The newest that was seen, by the server's clock. `null`: nothing was. */
  readonly newest: Instant | null;
}

/** Where the reading of a feed is. */
export interface FeedState {
  /** The merchant that is read. `null`: all. */
  readonly mchid: string | null;
  /** What the window begins with, by the server's clock. */
  readonly from: Instant;
  /** Until when everything was read, by the clock of this machine. */
  readonly until: Instant;
  /** `null`: the next page begins a new one. */
  readonly pass: Pass | null;
}

/** The pass that the next page belongs to. */
export function passOf({ pass }: FeedState, now: Instant): Pass {
  return pass ?? { begunAt: now, part: 'ended', token: '', newest: null };
}

/** Where to read on after a page. @param pass with the token of its next page */
export function afterPage(state: FeedState, pass: Pass): FeedState {
  if (pass.token !== '') return { ...state, pass };
  return pass.part === 'ended' ? { ...state, pass: { ...pass, part: 'open' } } : afterPass(state, pass);
}

/**
 * Where to read on after a pass. The next window begins with the newest that this one saw, or some minutes ago, whichever is
 * earlier: what is listed late is then found, also if the clock of this machine is ahead.
 */
function afterPass({ mchid, from, until }: FeedState, { begunAt, newest }: Pass): FeedState {
  const overlapped = Math.min(begunAt - OVERLAP, newest ?? from);
  return { mchid, from: Math.max(from, overlapped), until: Math.max(until, begunAt - OVERLAP), pass: null };
}

export function cursorOf({ mchid, from, until, pass }: FeedState): string {
  const fields = [mchid, from, until, ...(pass === null ? [] : [pass.begunAt, pass.part, pass.token, pass.newest])];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

const RULES = {
  position: 'must be { since } or { cursor }, one of them',
  since: INSTANT_FORM,
  cursor: 'must be the cursor of a page of this feed, as it was given',
  merchant: 'is the cursor of a feed of another merchant',
  limit: `must be a whole number from 1 to ${MAX_LIMIT}`,
} as const;

/** Checks where a page is to begin. @param mchid the merchant that the feed is of */
export function checkPosition(position: unknown, mchid: string | null): Checked<FeedState> {
  if (!isRecord(position) || 'since' in position === 'cursor' in position)
    return bad('position', position, RULES.position);
  const faults = unknownFields(position, ['since', 'cursor']);
  if (faults.length > 0) return { ok: false, faults };
  const { since, cursor } = position;
  if (cursor === undefined) {
    const from = typeof since === 'string' ? parseInstant(since) : undefined;
    return from === undefined
      ? bad('since', since, RULES.since, 'instant')
      : ok({ mchid, from: Math.max(from, 0), until: Math.max(from, 0), pass: null });
  }
  const state = typeof cursor === 'string' && cursor.length <= MAX_CURSOR_LENGTH ? stateIn(cursor) : undefined;
  if (state === undefined) return bad('cursor', cursor, RULES.cursor);
  return state.mchid === mchid ? ok(state) : bad('cursor', cursor, RULES.merchant);
}

export function checkLimit(limit: unknown = DEFAULT_LIMIT): Checked<number> {
  const isRight = Number.isSafeInteger(limit) && (limit as number) >= 1 && (limit as number) <= MAX_LIMIT;
  return isRight ? ok(limit as number) : { ok: false, faults: [fault('limit', limit, RULES.limit)] };
}

function stateIn(cursor: string): FeedState | undefined {
  const fields = fieldsIn(cursor);
  if (fields === undefined || (fields.length !== 3 && fields.length !== 7)) return undefined;
  const [mchid, from, until, begunAt, part, token, newest] = fields;
  if ((mchid !== null && !matches(mchid, MCHID)) || !isInstant(from) || !isInstant(until)) return undefined;
  const state = { mchid: mchid, from, until, pass: null };
  if (fields.length === 3) return state;
  const isPass = isInstant(begunAt) && (part === 'ended' || part === 'open') && typeof token === 'string';
  if (!isPass || (newest !== null && !isInstant(newest))) return undefined;
  return { ...state, pass: { begunAt, part, token, newest: newest } };
}

function fieldsIn(cursor: string): readonly unknown[] | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(fields) ? (fields as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

/** The last instant that a date can have, in RFC 3339 with a year of four digits. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59Z');

function isInstant(value: unknown): value is Instant {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_INSTANT;
}
