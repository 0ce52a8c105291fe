import { RefusedRequest } from './problems.js';

/**
 * How many requests are in progress at a time. Those that wait for a worker have places of their own, so that orders can be
 * started while no worker runs; and so has the feed, which reads many histories for a page.
 */
export const PLACES = { server: 100, worker: 100, feed: 5 } as const;

export type PlaceKind = keyof typeof PLACES;

/** Lets a limited number of requests in at a time. */
export class Places {
  private readonly taken: Record<PlaceKind, number> = { server: 0, worker: 0, feed: 0 };

  constructor(private readonly room: Readonly<Record<PlaceKind, number>> = PLACES) {}

  /** @throws RefusedRequest `busy` if every place is taken */
  async during<T>(kind: PlaceKind, work: () => Promise<T>): Promise<T> {
    if (this.taken[kind] >= this.room[kind])
      throw new RefusedRequest('busy', `${this.room[kind]} requests of this kind are in progress already.`);
    this.taken[kind] += 1;
    try {
      return await work();
    } finally {
      this.taken[kind] -= 1;
    }
  }
}
