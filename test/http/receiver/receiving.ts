import { inject, onTestFinished } from 'vitest';
import {
  freeAddress,
  type LogLine,
  type ReceiverProcess,
  startReceiverProcess,
} from '../../../testing/demo/processes.js';

/** A receiver process, and how to ask it things. */
export interface Receiving extends ReceiverProcess {
  readonly log: LogLine[];
  /** The status of a health check, and what it says. */
  health(path: '/livez' | '/readyz'): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The value of a metric, by its name with its labels as they are written; 0 where it is not there. */
  metric(name: string): Promise<number>;
}

/** What keeps how to end a process until it is to end. */
type Keep = (stop: () => Promise<void>) => void;

/** Starts a receiver that lives as long as the test, unless what ends it is kept elsewhere. */
export async function receiving(
  options: { readonly temporalAddress: string; readonly merchantsFile: string },
  settings: Record<`WXPAY_${string}`, string> = {},
  keep: Keep = onTestFinished,
): Promise<Receiving> {
  const [address, health, metrics] = await Promise.all([freeAddress(), freeAddress(), freeAddress()]);
  const log: LogLine[] = [];
  const receiver = await startReceiverProcess({
    ...options,
    compiledIn: inject('compiled'),
    address,
    settings: { WXPAY_HEALTH_ADDRESS: health, WXPAY_METRICS_ADDRESS: metrics, WXPAY_LOG_LEVEL: 'debug', ...settings },
    onSpawn: keep,
    onLog: (line) => log.push(line),
  });
  return {
    ...receiver,
    log,
    health: async (path) => {
      const answer = await fetch(`http://${health}${path}`);
      return { status: answer.status, body: await answer.json() };
    },
    metric: async (name) => {
      const page = await (await fetch(`http://${metrics}/metrics`)).text();
      const line = page.split('\n').find((each) => each.startsWith(`${name} `));
      return Number(line?.slice(name.length) ?? 0);
    },
  };
}
