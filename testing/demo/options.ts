import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { startDevServer } from '../temporal-server/index.js';

export const HELP = `Usage: npm run demo -- [options]

Runs a Temporal server with its Web UI, a WeChat Pay sandbox, a worker, a receiver of notifications,
and the checkouts and rentals that start a workflow for each order of a file. WeChat Pay moves
from its certificate to its public key in the middle of it. Prints a line for each change of state
and for what shoppers, checkouts and operators do, then what was asked for, expected and got,
and the audit of every call that WeChat Pay received. All stories are played at once, in less
than two minutes; one that is not over by then is reported with the state it is in.

  --exit           end when all orders have ended; otherwise keep the Web UI until Ctrl-C
  --orders FILE    the orders to play (JSON Lines); default: examples/orders.jsonl
  --address HOST:PORT
                   use this Temporal server instead of starting one
  -h, --help       this text

The file has one order a line: with outTradeNo an order, with outOrderNo a PayScore service
order. Its fields are in testing/demo/story-schema.ts; every fault is shown with its line. WeChat
Pay's 5 minutes are never shortened: createdAgo says how long ago an order was created. Waits
of our own may be, by an order's timing; the demo says which are.

A TEMPORAL_ADDRESS in the environment is used only if it is on this machine.
Exit code: 0 if every order ended as expected and the audit is all zeros, otherwise 1;
2 for arguments or orders that cannot be used; 130 where it was interrupted before.`;

export interface DemoOptions {
  readonly exit: boolean;
  readonly orders: string;
  /** A Temporal server that runs already. */
  readonly address: string | undefined;
}

const DEFAULT_ORDERS = fileURLToPath(new URL('../../examples/orders.jsonl', import.meta.url));

/** What was asked for cannot be done as it was asked. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns the options, or `help` @throws UsageError for arguments that are not known */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return { exit: values.exit, orders: values.orders, address: values.address ?? loopbackOnly(env['TEMPORAL_ADDRESS']) };
}

function parse(args: string[]) {
  const options = {
    exit: { type: 'boolean', default: false },
    orders: { type: 'string', default: DEFAULT_ORDERS },
    address: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'unknown arguments'} (see --help)`);
  }
}

/** Nobody's cluster is written to because its address happens to be exported. */
function loopbackOnly(address: string | undefined): string | undefined {
  return address !== undefined && /^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(address) ? address : undefined;
}

/** Ends something that the demo started. */
export type Cleanup = () => Promise<unknown>;

export interface TemporalServer {
  readonly address: string;
  /** The origin of its Web UI, if that is known. */
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

/** @throws UsageError if no server answers */
export async function connect({ address }: TemporalServer): Promise<Connection> {
  try {
    return await Connection.connect({ address });
  } catch {
    throw new UsageError(`No Temporal server answers at ${address}. Is the address right, as in 127.0.0.1:7233?`);
  }
}
