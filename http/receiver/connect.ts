import { Connection } from '@temporalio/client';
import type { TemporalProfile } from '../../process/profile.js';

/** A connection that is made with the first call, and again after an outage: a server that is away ends nothing. */
export function connectWhenNeeded({ address, options }: TemporalProfile): Connection {
  return Connection.lazy({ ...options, address });
}
