import { RefusedRequest } from './problems.js';

/**
 * How many requests are in progress at a time. Those that wait for a worker have places of their own, so that orders can be
 * started while no worker runs; and so has the feed, which reads many histories for a page.
 */
export const PLACES = { server: 100, worker: 100, feed: 5 } as const;

export type PlaceKind = keyof typeof PLACES;

/** Lets a limited number of requests in at a time. */
export class Places {
  private readonly taken = new Map<string, number>();

  /** @param isShared whether one caller takes half of the places at most, so that it cannot shut out the others */
  constructor(
    private readonly isShared: boolean,
    private readonly room: Readonly<Record<PlaceKind, number>> = PLACES,
  ) {}

  /**
   * A caller that leaves before its answer keeps its place until the call is over.
   *
   * @throws RefusedRequest `busy` if every place is taken, or every one of the caller
   */
  async during<T>(kind: PlaceKind, caller: string, work: () => Promise<T>): Promise<T> {
    const all = this.room[kind];
    const own = this.isShared ? Math.ceil(all / 2) : all;
    const count = (key: string, by: number): void => void this.taken.set(key, this.takenOf(key) + by);
    const ofCaller = `${kind} ${caller}`;
    if (this.takenOf(kind) >= all) throw busy(`${all} requests of this kind are in progress already.`);
    if (this.takenOf(ofCaller) >= own) throw busy(`${own} requests of this kind and token are in progress already.`);
    for (const key of [kind, ofCaller]) count(key, 1);
    try {
      return await work();
    } finally {
      for (const key of [kind, ofCaller]) count(key, -1);
    }
  }

  private takenOf(key: string): number {
    return this.taken.get(key) ?? 0;
  }
}

function busy(detail: string): RefusedRequest {
  return new RefusedRequest('busy', detail);
}
