import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from '@temporalio/worker';
import type { Listening } from '../../process/health.js';
import { serveMetrics } from '../../process/metrics-page.js';
import type { Address } from '../../process/settings.js';
import { throttle } from '../../process/throttle.js';
import { OPERATION_LIST, problemsOf } from './operations.js';
import { type ProblemCode, PROBLEMS } from './problems.js';
import type { ApiEvent } from './requests.js';

/** In seconds. A check waits up to 8 s for WeChat Pay. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** The metrics of the API. Their names and labels are in docs/api.md. */
export class ApiMetrics {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'wxpay_api_requests_total',
    help: 'Requests by operation and status',
    labelNames: ['operation', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'wxpay_api_request_seconds',
    help: 'From the arrival of a request to its answer',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers: [this.registry],
  });
  private readonly inFlight = new Gauge({
    name: 'wxpay_api_requests_in_flight',
    help: 'Requests that are not answered yet',
    registers: [this.registry],
  });
  private readonly reloads = new Counter({
    name: 'wxpay_api_tokens_reloads_total',
    help: 'Changes of the tokens file or its tokens, taken or refused',
    labelNames: ['result'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // Prometheus sees no increase in a counter that begins with 1.
    for (const result of ['taken', 'refused']) this.reloads.inc({ result }, 0);
    for (const [name, operation] of OPERATION_LIST) {
      const problems = problemsOf(operation).map((code) => PROBLEMS[code].status);
      for (const status of new Set([...Object.keys(operation.answers).map(Number), ...problems]))
        this.requests.inc({ operation: name, status }, 0);
    }
  }

  readonly began = (): void => this.inFlight.inc();

  readonly observe = ({ operation, status, millis }: ApiEvent): void => {
    this.inFlight.dec();
    this.requests.inc({ operation, status });
    this.seconds.observe({ operation }, millis / 1000);
  };

  readonly reloaded = (result: 'taken' | 'refused'): void => this.reloads.inc({ result });

  /** @throws ConfigurationError if it cannot listen on the address */
  serve(address: Address): Promise<Listening> {
    return serveMetrics(this.registry, address);
  }
}

/** What operators should see: somebody without access, and what the API could not do. */
function isTrouble(code: ProblemCode): boolean {
  const { status } = PROBLEMS[code];
  return status >= 500 || status === 401 || status === 403;
}

/**
 * Logs requests. One that was answered as asked is logged at `debug`. Of all others, each problem of each operation is logged
 * once a minute at most, with the number of those that were not logged since then. Neither a body nor a token is logged.
 *
 * @param now in milliseconds since 1970
 */
export function logRequests(logger: Pick<Logger, 'debug' | 'info' | 'warn'>, now?: () => number) {
  const untoldOf = throttle(now);
  return (event: ApiEvent): void => {
    const { code, operation } = event;
    if (code === undefined) {
      logger.debug('a request was answered', { ...event });
      return;
    }
    // Each unexpected error has a line of its own, by which it can be found.
    const untold = code === 'unexpected' ? 0 : untoldOf(`${operation} ${code}`);
    if (untold === undefined) return;
    const { todo } = PROBLEMS[code];
    const [severity, whatToDo] = isTrouble(code) ? (['warn', { whatToDo: todo }] as const) : (['info', {}] as const);
    logger[severity]('a request was refused', { ...event, untold, ...whatToDo });
  };
}
