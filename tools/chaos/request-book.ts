import { isOrderClientError } from '../../client/index.js';
import type { RequestEvidence } from './evidence.js';

type Asked = Pick<RequestEvidence, 'does' | 'payBefore'>;

/** What checkouts asked of each order, and what the client answered. */
export class RequestBook {
  private readonly byOrder = new Map<string, RequestEvidence[]>();

  /**
   * Opens an entry.
   *
   * @param call makes the request once
   * @returns makes the request once, and writes down what came of it; to be used for each try
   */
  open(key: string, asked: Asked, call: () => Promise<{ readonly accepted: boolean }>): () => Promise<void> {
    const all = this.byOrder.get(key) ?? [];
    this.byOrder.set(key, all);
    const place = all.push({ ...asked, askedAt: Date.now(), answeredAt: null, taken: 'maybe' }) - 1;
    let tries = 0;
    const answered = (isTaken: boolean): void => {
      const before = all[place];
      const taken = isTaken ? 'yes' : tries === 1 ? 'no' : 'maybe';
      if (before !== undefined) all[place] = { ...before, answeredAt: Date.now(), taken };
    };
    return async () => {
      tries += 1;
      try {
        answered((await call()).accepted);
      } catch (error) {
        // Any other error leaves it open whether the workflow has the request.
        if (isOrderClientError(error) && error.code === 'invalid-order') answered(false);
        throw error;
      }
    };
  }

  of(key: string): readonly RequestEvidence[] {
    return this.byOrder.get(key) ?? [];
  }
}
