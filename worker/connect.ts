import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';

const DEFAULT_ADDRESS = 'localhost:7233';
const DEFAULT_NAMESPACE = 'default';

/** The Temporal server cannot be reached, or does not let us in. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

export interface TemporalConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
}

/**
 * Connects as the environment and Temporal's TOML profile say (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, …).
 *
 * @throws ConnectionError with the address and what to check
 */
export async function connect(): Promise<TemporalConnection> {
  const { connectionOptions, namespace = DEFAULT_NAMESPACE } = loadClientConnectConfig();
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  try {
    const connection = await NativeConnection.connect({ ...connectionOptions, address });
    return { connection, namespace, address };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown reason';
    throw new ConnectionError(
      `No Temporal server answers at ${address} (${reason}).\n` +
        'Is it running, and is TEMPORAL_ADDRESS (or the TOML profile) right? A server for trying things out: temporal server start-dev',
    );
  }
}
