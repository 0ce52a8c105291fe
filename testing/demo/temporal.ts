import { Connection } from '@temporalio/client';
import { startDevServer } from '../temporal-server/index.js';
import { UsageError, type DemoOptions } from './options.js';

/** Ends something that the demo started. */
export type Cleanup = () => Promise<unknown>;

export interface TemporalServer {
  readonly address: string;
  /** The origin of its Web UI, where that is known. */
  readonly ui: string | undefined;
}

/** The server that was asked for; or else one of the demo's own, whose end is added to `cleanups`. */
export async function temporalServer({ address }: DemoOptions, cleanups: Cleanup[]): Promise<TemporalServer> {
  if (address !== undefined) {
    console.log(`Temporal server at ${address}, as asked for`);
    return { address, ui: undefined };
  }
  const started = await startDevServer({ ui: true, onProgress: (line) => console.log(line) });
  cleanups.push(() => started.env.teardown());
  console.log(started.server.description);
  console.log(`Temporal UI at ${started.uiAddress ?? 'none'}`);
  return { address: started.address, ui: started.uiAddress };
}

/** @throws UsageError where no server answers */
export async function connect({ address }: TemporalServer): Promise<Connection> {
  try {
    return await Connection.connect({ address });
  } catch {
    throw new UsageError(`No Temporal server answers at ${address}. Is the address right, as in 127.0.0.1:7233?`);
  }
}
