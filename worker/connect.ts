import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { ConfigurationError } from './faults.js';

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

/** The parser's own message quotes the lines around a fault, and one of them may be the API key. */
function readProfile(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch {
    throw new ConfigurationError("Temporal's own configuration cannot be read:", [
      'the TOML profile (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE) or a TEMPORAL_… variable is malformed; `temporal config list` shows what is read',
    ]);
  }
}

/**
 * Connects as the environment and Temporal's TOML profile say (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, …).
 *
 * @throws ConfigurationError where the profile is malformed; ConnectionError with the address and what to check
 */
export async function connect(): Promise<TemporalConnection> {
  const { connectionOptions, namespace = DEFAULT_NAMESPACE } = readProfile();
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
