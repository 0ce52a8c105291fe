import { Connection } from '@temporalio/client';
import type { TemporalProfile } from './settings.js';

/** A connection to Temporal that connects at the first call, and again after an outage. */
export function connectWhenNeeded({ address, options }: TemporalProfile): Connection {
  // As a worker does: a proxy of the environment is for WeChat Pay.
  return Connection.lazy({ ...options, address, channelArgs: { 'grpc.enable_http_proxy': 0 } });
}
