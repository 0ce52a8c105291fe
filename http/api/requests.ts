import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MCHID } from '../../domain/orders/input.js';
import type { OperationName } from './operations.js';
import { answerOf, PROBLEM_JSON, type ProblemCode } from './problems.js';
import type { Caller } from './tokens.js';

/** A request that is over, for metrics and log. */
export interface ApiEvent {
  /** `none`: a path or method that is no operation, or what cannot be read. */
  readonly operation: OperationName | 'none';
  /** `aborted`: the caller left before the answer. */
  readonly status: number | 'aborted';
  readonly code: ProblemCode | undefined;
  /** Of an unexpected error, its name and where it was thrown; of a call that Temporal refuses, what it says. */
  readonly reason?: string | undefined;
  /** The name of the token. */
  readonly by: string | undefined;
  readonly mchid: string | undefined;
  readonly requestId: string;
  readonly millis: number;
}

export interface RequestObserver {
  /** Hears of each request when it begins. */
  readonly onRequest?: (() => void) | undefined;
  /** Hears of each request when it is over. */
  readonly observe?: ((event: ApiEvent) => void) | undefined;
}

/** What is known of a request that is in progress. */
interface Progress {
  readonly operation: OperationName | 'none';
  caller?: Caller;
  /** Of the problem that it is answered with. */
  code?: ProblemCode;
  reason?: string | undefined;
  /** If the answer is not Fastify's. */
  status?: number;
}

/** The requests that are in progress. */
export class Requests {
  private readonly progress = new WeakMap<FastifyRequest, Progress>();
  /** The request of a connection that came last. */
  private readonly last = new WeakMap<Socket, { readonly request: FastifyRequest; readonly reply: FastifyReply }>();

  constructor(private readonly observer: RequestObserver) {}

  of(request: FastifyRequest): Progress {
    const known = this.progress.get(request) ?? { operation: operationOf(request) };
    this.progress.set(request, known);
    return known;
  }

  begin(request: FastifyRequest, reply: FastifyReply): void {
    const begunAt = performance.now();
    this.observer.onRequest?.();
    this.last.set(request.raw.socket, { request, reply });
    reply.raw.once('close', () => {
      const { operation, caller, code, reason, status } = this.of(request);
      const mchid = mchidOf(request);
      this.observer.observe?.({
        operation,
        status: status ?? (reply.raw.writableFinished ? reply.statusCode : 'aborted'),
        code,
        reason,
        by: caller?.name,
        // Anything can be sent in its place.
        mchid: caller && MCHID.test(mchid) ? mchid : undefined,
        requestId: request.id,
        millis: Math.round(performance.now() - begunAt),
      });
    });
  }

  /** Answers what is not HTTP, or came too slowly: Fastify knows no request then, or none that is whole. */
  refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
    const { request, reply } = this.last.get(socket) ?? {};
    const isAnswering = request !== undefined && reply?.raw.writableEnded === false;
    // What is written now would be taken for the answer to the request before.
    const isOfAnother = isAnswering && request.raw.complete;
    if (!socket.writable || error.code === 'ECONNRESET' || isOfAnother) return void socket.destroy();
    const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'malformed';
    const { problem } = answerOf(code);
    const { status } = problem;
    const requestId = isAnswering ? request.id : randomUUID();
    if (isAnswering) Object.assign(this.of(request), { status, code });
    else {
      this.observer.onRequest?.();
      const by = { by: undefined, mchid: undefined };
      this.observer.observe?.({ operation: 'none', status, code, ...by, requestId, millis: 0 });
    }
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${status} ${status === 408 ? 'Request Timeout' : 'Bad Request'}`,
      `content-type: ${PROBLEM_JSON}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'cache-control: no-store',
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
}

export function mchidOf({ params }: FastifyRequest): string {
  return (params as { readonly mchid?: string }).mchid ?? '';
}

function operationOf({ routeOptions }: FastifyRequest): OperationName | 'none' {
  const { operation } = routeOptions.config as { readonly operation?: OperationName };
  return operation ?? 'none';
}
