import { inject, onTestFinished } from 'vitest';
import { type Child, freeAddress, type LogLine, startChild } from '../../../testing/demo/processes.js';

/** An API process, and how to ask it things. */
export interface ApiProcess extends Child {
  readonly url: string;
  readonly log: LogLine[];
  /** The status of a health check. */
  health(path: '/livez' | '/readyz'): Promise<number>;
  /** The value of a metric, by its name with its labels as they are written; 0 where it is not there. */
  metric(name: string): Promise<number>;
}

/** Starts an API that lives as long as the test, unless what ends it is kept elsewhere. */
export async function apiProcess(
  temporalAddress: string,
  settings: Record<`WXPAY_${string}` | 'NODE_OPTIONS', string> | Record<`WXPAY_${string}`, string> = {},
  keep: (stop: () => Promise<void>) => void = onTestFinished,
): Promise<ApiProcess> {
  const [address, health, metrics] = await Promise.all([freeAddress(), freeAddress(), freeAddress()]);
  const log: LogLine[] = [];
  const child = await startChild({
    program: 'cli/main.ts api',
    compiledIn: inject('compiled'),
    env: {
      TEMPORAL_ADDRESS: temporalAddress,
      WXPAY_API_ADDRESS: address,
      WXPAY_HEALTH_ADDRESS: health,
      WXPAY_METRICS_ADDRESS: metrics,
      WXPAY_LOG_LEVEL: 'debug',
      ...settings,
    },
    readyMessage: 'the API is ready',
    onSpawn: keep,
    onLog: (line) => log.push(line),
  });
  return {
    ...child,
    url: `http://${address}`,
    log,
    health: async (path) => (await fetch(`http://${health}${path}`)).status,
    metric: async (name) => {
      const page = await (await fetch(`http://${metrics}/metrics`)).text();
      const line = page.split('\n').find((each) => each.startsWith(`${name} `));
      return Number(line?.slice(name.length) ?? 0);
    },
  };
}
