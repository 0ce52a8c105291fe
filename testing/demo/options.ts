import { Connection } from '@temporalio/client';
import { hostAndPort, INTERRUPTED, newCommand, packageFile, UsageError } from '../../process/command-line.js';
import { startDevServer } from '../temporal-server/index.js';

const DESCRIPTION = `Runs a Temporal server with its Web UI, a WeChat Pay sandbox, a worker, a receiver of notifications,
and the checkouts and rentals that start a workflow for each order of a file. WeChat Pay moves
from its certificate to its public key in the middle of it. Prints a line for each change of state
and for what shoppers, checkouts and operators do, then what was asked for, expected and got,
and the audit of every call that WeChat Pay received. All stories are played at once, in less
than two minutes; one that is not over by then is reported with the state it is in.`;

const HELP = {
  more: `
The file has one order a line: with outTradeNo an order, with outOrderNo a PayScore service
order. Its fields are in testing/demo/story-schema.ts of the sources; every fault is shown with
its line. WeChat Pay's 5 minutes are never shortened: createdAgo says how long ago an order was
created. Waits of our own may be, by an order's timing; the demo says which are.

Environment:
  TEMPORAL_ADDRESS  the default of --address, but only if it is on this machine
`,
  examples: { 'wechatpay-orders demo': '', 'wechatpay-orders demo --exit --orders my-orders.jsonl': '' },
  exitCodes: {
    0: 'every order ended as expected and the audit is all zeros',
    1: 'something is otherwise, or the demo cannot run',
    2: 'arguments or orders that cannot be used',
    [INTERRUPTED]: 'it was interrupted before',
  },
};

export interface DemoOptions {
  readonly exit?: true;
  readonly orders: string;
  /** A Temporal server that runs already. */
  readonly address?: string | undefined;
}

const DEFAULT_ORDERS = packageFile('examples/orders.jsonl');

/** @throws UsageError */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions {
  const options = newCommand('wechatpay-orders demo', DESCRIPTION, HELP)
    .option('--exit', 'end when all orders have ended (default: keep the Web UI until Ctrl-C)')
    .option('--orders <file>', 'the orders to play, JSON Lines (default: examples/orders.jsonl)')
    .option('--address <host:port>', 'use this Temporal server (default: start one)', hostAndPort)
    .parse(args, { from: 'user' })
    .opts<Partial<DemoOptions>>();
  return { orders: DEFAULT_ORDERS, address: loopbackOnly(env['TEMPORAL_ADDRESS']), ...options };
}

/** A cluster is not written to just because its address happens to be exported. */
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
