import type { WireCall } from './evidence.js';

export function isWrite({ call }: WireCall): boolean {
  return call === 'close' || call === 'cancel';
}

/** The requests of each order, in the order in which they came. */
export function callsByOrder(calls: readonly WireCall[]): ReadonlyMap<string, readonly WireCall[]> {
  const byOrder = new Map<string, WireCall[]>();
  for (const call of calls) {
    const known = byOrder.get(call.order);
    if (known === undefined) byOrder.set(call.order, [call]);
    else known.push(call);
  }
  return byOrder;
}

/** The last query that was answered to the same process before a write; a write in between has used it up. */
export function queryBefore(write: WireCall, before: readonly WireCall[]): WireCall | undefined {
  const place = before.findLastIndex(
    (each) => each.pid === write.pid && (isWrite(each) || (each.call === 'query' && isHeard(each, write))),
  );
  const found = before[place];
  return found === undefined || isWrite(found) ? undefined : found;
}

/** Whether a believable answer went back on the wire before a write came. */
export function isHeard({ answeredAt, isBelievable, said }: WireCall, write: WireCall): boolean {
  return said !== null && isBelievable && answeredAt !== null && answeredAt <= write.arrivedAt;
}

/** As `3.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
