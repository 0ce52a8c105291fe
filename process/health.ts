import type { Connection } from '@temporalio/client';
import type { NativeConnection, State } from '@temporalio/worker';
import { withTimeout } from '../wechatpay/timeout.js';

/** Probes of a supervisor have a second or a few. Milliseconds. */
const FRONTEND_DEADLINE = 2000;

/** What is asked of a process: whether all is well, and of each check how it went. Nothing in it is secret. */
export interface Health {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Before a worker exists it has this state. */
export type WorkerState = State | 'STARTING';

/** The process can go on. One that cannot should be started again. */
export function liveness(worker: WorkerState): Health {
  return { ok: worker !== 'FAILED' && worker !== 'STOPPED', checks: { worker } };
}

/** The worker takes up orders, and the server that gives them out answers. */
export async function readiness(worker: WorkerState, frontend: () => Promise<string>): Promise<Health> {
  if (worker !== 'RUNNING') return { ok: false, checks: { worker } };
  const answer = await frontend();
  return { ok: answer === FRONTEND_OK, checks: { worker, temporal: answer } };
}

/** What the Temporal server answers, where it does. */
export const FRONTEND_OK = 'answers';

/** The Temporal server, as far as it is asked whether it is there. */
interface Frontend {
  readonly connection: Pick<Connection | NativeConnection, 'withDeadline' | 'workflowService'>;
  readonly namespace: string;
}

/**
 * Asks the Temporal server something, since the worker goes on saying that it polls when the server is long gone.
 *
 * However many ask at once, one question is under way.
 *
 * @returns a check that ends within 2 s
 */
export function frontendCheck({ connection, namespace }: Frontend): () => Promise<string> {
  let asked: Promise<string> | undefined;
  const ask = (): Promise<string> =>
    connection
      .withDeadline(Date.now() + FRONTEND_DEADLINE, () => connection.workflowService.describeNamespace({ namespace }))
      .then(
        () => FRONTEND_OK,
        () => 'refuses, or cannot be reached',
      )
      .finally(() => {
        asked = undefined;
      });
  return async () => {
    asked ??= ask();
    const answer = await withTimeout(FRONTEND_DEADLINE, asked);
    return answer === 'timeout' ? `says nothing for ${FRONTEND_DEADLINE} ms` : answer;
  };
}
