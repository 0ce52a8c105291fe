import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { Connection } from '@temporalio/client';
import type { NativeConnection, State } from '@temporalio/worker';
import { withTimeout } from '../wechatpay/timeout.js';
import { ConfigurationError } from '../wechatpay/merchants/faults.js';
import type { Address } from './settings.js';

/** Probes of a supervisor have a second or a few. Milliseconds. */
const FRONTEND_DEADLINE = 2000;

/** Whether a process is well, and the result of each check. Nothing in it is secret. */
export interface Health {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Before a worker exists it has this state. */
export type WorkerState = State | 'STARTING';

/** Whether the process can go on. One that cannot should be restarted. */
export function liveness(worker: WorkerState): Health {
  return { ok: worker !== 'FAILED' && worker !== 'STOPPED', checks: { worker } };
}

/** Whether the worker runs, and the Temporal server answers. */
export async function readiness(worker: WorkerState, frontend?: () => Promise<Health>): Promise<Health> {
  if (worker !== 'RUNNING' || frontend === undefined) return { ok: false, checks: { worker } };
  const { ok, checks } = await frontend();
  return { ok, checks: { worker, ...checks } };
}

/** The Temporal server, as far as the check needs it. */
interface Frontend {
  readonly connection: Pick<Connection | NativeConnection, 'withDeadline' | 'workflowService'>;
  readonly namespace: string;
}

/**
 * Asks the Temporal server something, since a worker goes on saying that it polls long after the server is gone. Any number
 * of checks at once share one call.
 *
 * @returns a check that ends within 2 s
 */
export function frontendCheck({ connection, namespace }: Frontend): () => Promise<Health> {
  let asked: Promise<Health> | undefined;
  const health = (ok: boolean, temporal: string): Health => ({ ok, checks: { temporal } });
  const ask = (): Promise<Health> =>
    connection
      .withDeadline(Date.now() + FRONTEND_DEADLINE, () => connection.workflowService.describeNamespace({ namespace }))
      .then(
        () => health(true, 'answers'),
        () => health(false, 'refuses, or cannot be reached'),
      )
      .finally(() => {
        asked = undefined;
      });
  return async () => {
    asked ??= ask();
    const answer = await withTimeout(FRONTEND_DEADLINE, asked);
    return answer === 'timeout' ? health(false, `says nothing for ${FRONTEND_DEADLINE} ms`) : answer;
  };
}

/** The check of each path. */
export interface Probes {
  readonly '/livez': () => Health;
  readonly '/readyz': () => Promise<Health>;
}

/** A server that is listening. */
export interface Listening {
  /** Ends it at once, also if a client is still connected. */
  close(): Promise<void>;
}

/**
 * Answers GET and HEAD of `/livez` and `/readyz` with 200 or 503 and what was checked, as JSON.
 *
 * @throws ConfigurationError if the process cannot listen on the address
 */
export function serveHealth(address: Address, probes: Probes): Promise<Listening> {
  return serve('WXPAY_HEALTH_ADDRESS', address, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { error: 'GET or HEAD' });
    if (path !== '/livez' && path !== '/readyz') return answer(response, 404, { error: '/livez or /readyz' });
    Promise.resolve(probes[path]()).then(
      (health) => answer(response, health.ok ? 200 : 503, health),
      () => answer(response, 503, { ok: false, checks: { check: 'failed' } }),
    );
  });
}

/**
 * Listens for plain HTTP.
 *
 * @param setting that names the address, for the message if the process cannot listen on it
 * @throws ConfigurationError
 */
export async function serve(setting: string, { host, port }: Address, listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(setting, `${host}:${port}`, (error as NodeJS.ErrnoException).code);
  }
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: Health | { readonly error: string }): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** @param code of the operating system, such as `EADDRINUSE` */
export function cannotListen(setting: string, address: string, code: string | undefined): ConfigurationError {
  const why = code === 'EADDRINUSE' ? 'another process listens there already' : `not possible (${code ?? 'unknown'})`;
  const fault = { where: `${setting} ${address}`, rule: `${why}; choose another` };
  return new ConfigurationError([{ what: 'The process cannot listen', ...fault }]);
}
