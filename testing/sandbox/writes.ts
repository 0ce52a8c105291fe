import { byOrder, type LedgerEntry } from './ledger.js';

/** A close or a cancel as it arrived, and what its sender had been told just before. */
export interface Write {
  /** Whose it is: see `claimKey`. */
  readonly order: string;
  readonly call: 'close' | 'cancel';
  /** On the order clock, milliseconds since 1970. */
  readonly at: number;
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly answer: string;
  /** Whether that answer was sent, and can be believed. */
  readonly delivered: boolean;
  /** As it came. In v2 it has the nonce and the sign of its attempt. */
  readonly body: string;
  /** What the last query about the order was answered, of those whose answer was delivered; `null`: there was none. */
  readonly queryAnswer: string | null;
  /** From the arrival of that query to the arrival of the write, milliseconds of the wall clock. */
  readonly queryAgeMs: number | null;
}

/** Every close and cancel, as they arrived. A query counts from when it arrived, however late its answer was. */
export function writesOf(entries: readonly LedgerEntry[]): Write[] {
  const writes = [...byOrder(entries)].flatMap(([order, own]) => {
    let query: LedgerEntry | undefined;
    return own.flatMap((entry) => {
      if (entry.call === 'query' && entry.delivered) query = entry;
      return entry.call === 'close' || entry.call === 'cancel' ? [writeOf(order, entry.call, entry, query)] : [];
    });
  });
  return writes.sort((one, other) => one.receivedAt - other.receivedAt);
}

function writeOf(order: string, call: Write['call'], entry: LedgerEntry, query: LedgerEntry | undefined): Write {
  const { at, receivedAt, answer, delivered, body = '' } = entry;
  const queryAgeMs = query === undefined ? null : receivedAt - query.receivedAt;
  return { order, call, at, receivedAt, answer, delivered, body, queryAnswer: query?.answer ?? null, queryAgeMs };
}

/** The different bodies that were sent to cancel each service order, the first of them first. S1: it is always the same. */
export function cancelBodiesOf(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly string[]> {
  const bodies = new Map<string, Set<string>>();
  for (const { order, call, body } of writesOf(entries)) {
    if (call === 'cancel') bodies.set(order, (bodies.get(order) ?? new Set()).add(body));
  }
  return new Map([...bodies].map(([order, each]) => [order, [...each]]));
}
