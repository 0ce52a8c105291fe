import type { CheckRow } from '../finding.js';

/** With a shorter retention, a late notification or a second start may not find an order that has ended. */
export const RETENTION_DAYS = 3;

/** What to do about a namespace that does not exist. */
export function toMake(namespace: string): string {
  return `Check TEMPORAL_NAMESPACE (or the profile). To create it: temporal operator namespace create --namespace ${namespace} --retention 7d`;
}

export function toKeep(namespace: string): string {
  return `temporal operator namespace update --namespace ${namespace} --retention 7d (Temporal Cloud: in its settings).`;
}

/** The checks that ask the Temporal server. They change nothing. */
export const TEMPORAL_CHECKS = {
  'temporal-configuration': {
    how: "Reads `TEMPORAL_…` and Temporal's own profile.",
    cases: {
      readable: { result: 'ok', means: 'it says where the server is' },
      fault: {
        result: 'fail',
        means: 'a variable or the profile is malformed',
        whatToDo: 'Compare with what `temporal config list` shows.',
      },
    },
  },
  'temporal-server': {
    how: 'Connects, as a worker would.',
    asks: 'Temporal',
    cases: {
      answers: { result: 'ok', means: 'it answers and takes our credentials' },
      unreachable: {
        result: 'fail',
        means: 'it cannot be reached, or refuses our credentials',
        whatToDo: 'The finding says whether it is the address, TLS or the credentials.',
      },
    },
  },
  namespace: {
    how: 'Asks for the namespace.',
    asks: 'Temporal',
    cases: {
      there: { result: 'ok', means: 'it is there, and we may see it' },
      missing: {
        result: 'fail',
        means: 'the server has no namespace of that name',
        whatToDo: toMake('NAME'),
      },
      refused: {
        result: 'fail',
        means: 'the server refuses our credentials for it, or the question',
        whatToDo:
          'Check TEMPORAL_API_KEY or the client certificate (TEMPORAL_TLS_…), and its access to that namespace.',
      },
    },
  },
  'search-attributes': {
    how: 'Asks which search attributes the namespace has.',
    asks: 'Temporal',
    cases: {
      registered: { result: 'ok', means: 'all that the worker writes are there' },
      missing: {
        result: 'fail',
        means: 'one is missing or has another type: a worker does not start',
        whatToDo: 'Run the setup command once: wechatpay-orders setup. Remove an attribute of a wrong type first.',
      },
      refused: {
        result: 'fail',
        means: 'the server refuses the question',
        whatToDo: 'Check what the credentials may do in that namespace.',
      },
    },
  },
  retention: {
    how: 'Asks how long the namespace keeps ended orders.',
    asks: 'Temporal',
    cases: {
      enough: { result: 'ok', means: `${RETENTION_DAYS} days or more` },
      short: {
        result: 'warn',
        means:
          'less: WeChat Pay repeats a notification for a day and more, and a late notification or a second start looks at how the order ended',
        whatToDo: toKeep('NAME'),
      },
    },
  },
  workers: {
    how: 'Asks who polled the task queue in the last five minutes, for workflows and for calls.',
    asks: 'Temporal',
    cases: {
      polling: { result: 'ok', means: 'at least one worker, for both' },
      none: {
        result: 'warn',
        means: 'none: orders wait, and none is closed',
        whatToDo: 'Start a worker. If one runs, does it have the same TEMPORAL_NAMESPACE and WXPAY_TASK_QUEUE?',
      },
    },
  },
  'rate-limit': {
    how: 'Asks how many calls a second the task queue gives out, to all workers together.',
    asks: 'Temporal',
    cases: {
      told: { result: 'ok', means: 'the limit, and who set it' },
      differs: {
        result: 'warn',
        means: 'not the one that `WXPAY_CALLS_PER_SECOND` says here',
        whatToDo:
          'Give every worker of the queue the same WXPAY_CALLS_PER_SECOND. A limit set with temporal task-queue config overrides it.',
      },
      zero: {
        result: 'fail',
        means: 'none at all: no call is made',
        whatToDo: 'Remove the limit of the task queue: temporal task-queue config set --queue-rps-limit default.',
      },
    },
  },
  fairness: {
    how: 'Nothing: no API of the server says whether it is on (server 1.32 answers the same about its namespace, its task queue and itself with fairness and without).',
    cases: {},
  },
} as const satisfies Record<string, CheckRow>;
