import { findServer } from './find.js';
import type { FindOptions, FoundServer } from './types.js';

export { ServerNotFoundError } from './errors.js';
export type { ServerNotFoundCode } from './errors.js';
export { MINIMUM_DEV_SERVER_VERSION } from './types.js';
export { startDevServer, startTimeSkippingServer } from './start.js';
export { TemporalProcess } from './process.js';
export type { DevServerOptions, StartedDevServer } from './start.js';
export type { FetchSource, FindOptions, FoundServer, PassedOver, ServerKind, ServerSource } from './types.js';

/**
 * Finds the Temporal dev server (the `temporal` CLI, with its Web UI), or fetches it once.
 *
 * @throws ServerNotFoundError with a `code`; its message says what to do.
 */
export async function findDevServer(options?: FindOptions): Promise<FoundServer> {
  return await findServer('dev', options);
}

/**
 * Finds the time-skipping test server, or fetches it once.
 *
 * @throws ServerNotFoundError with a `code`; its message says what to do.
 */
export async function findTimeSkippingServer(options?: FindOptions): Promise<FoundServer> {
  return await findServer('time-skipping', options);
}
