import { EXIT_CODES, ExitError } from '../process/exit-codes.js';
import { NativeConnection } from '@temporalio/worker';
import { isCredentialsRefusal, SAYS_NOTHING, whyNotConnected } from './connection-faults.js';
import type { TemporalProfile } from '../process/profile.js';
import { withTimeout } from '../wechatpay/timeout.js';

/** Without it, a server that takes the connection and says nothing is waited for without end. Milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/** The Temporal server cannot be reached, or does not let us in. */
export class ConnectionError extends ExitError {
  override readonly name = 'ConnectionError';
  override readonly exitCode = EXIT_CODES.connection;
}

export interface TemporalConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
}

/** @throws ConnectionError with the address, what is wrong and what to check; nothing of a key or certificate */
export async function connect({ address, namespace, options }: TemporalProfile): Promise<TemporalConnection> {
  const connection = await withTimeout(CONNECT_TIMEOUT, NativeConnection.connect({ ...options, address })).catch(
    (error: unknown): never => {
      throw isCredentialsRefusal(error)
        ? credentialsRefused(address, namespace)
        : notConnected(address, whyNotConnected(error));
    },
  );
  if (connection === 'timeout') throw notConnected(address, SAYS_NOTHING);
  return { connection, namespace, address };
}

function notConnected(address: string, why: string): ConnectionError {
  return new ConnectionError(
    `No Temporal server answers at ${address}: ${why}.\n` +
      'Is it running, and is TEMPORAL_ADDRESS (or the TOML profile) right? A server for trying things out: temporal server start-dev',
  );
}

/** The server is there, and refuses us. */
export function credentialsRefused(address: string, namespace: string): ConnectionError {
  return new ConnectionError(
    `The Temporal server at ${address} refuses our credentials for the namespace ${namespace}.\n` +
      'Check TEMPORAL_API_KEY or the client certificate (TEMPORAL_TLS_…): is it expired, and does it have access to that namespace?',
  );
}
