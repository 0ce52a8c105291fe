import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Listening } from '../../process/health.js';
import { listenOn } from '../../process/listening.js';
import { authenticated, authorize } from './authentication.js';
import { checkedInput } from './door.js';
import { documentOptions, METHODS, schemaOf } from './openapi.js';
import { type Clients, OPERATION_LIST, type Operation, type OperationName } from './operations.js';
import { type PlaceKind, Places, PLACES } from './places.js';
import { answerOf, PROBLEM_JSON, type ProblemAnswer, type ProblemCode, problemOf, RefusedRequest } from './problems.js';
import type { Caller, Tokens } from './tokens.js';

/** The largest body, in bytes. An order has some hundred. */
const MAX_BODY = 16 * 1024;

/** How long a request may take to arrive, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How long a connection may be idle between two requests, in milliseconds. */
const IDLE_MS = 30_000;

/** How many connections are open at a time, and how many may wait to be accepted. */
const MAX_CONNECTIONS = 4_000;

/** How long a stop waits until all requests that have arrived are answered, in milliseconds. A check takes the longest. */
const ANSWERED_BY_MS = 30_000;

const DOCUMENT_PATH = '/openapi.json';

/** A request that is over, for metrics and log. */
export interface ApiEvent {
  /** `none`: a path or method that is no operation. */
  readonly operation: OperationName | 'none';
  /** `aborted`: the caller left before the answer. */
  readonly status: number | 'aborted';
  readonly code: ProblemCode | undefined;
  /** The name of the token. */
  readonly by: string | undefined;
  readonly mchid: string | undefined;
  readonly requestId: string;
  readonly millis: number;
}

export interface ApiOptions {
  readonly address: string;
  readonly clients: Clients;
  /** `undefined`: anybody on this machine may use the API. */
  readonly tokens: Tokens | undefined;
  /** Hears of each request when it begins. */
  readonly onRequest?: (() => void) | undefined;
  /** Hears of each request when it is over. */
  readonly observe?: ((event: ApiEvent) => void) | undefined;
  /** Default: {@link PLACES}. */
  readonly places?: Readonly<Record<PlaceKind, number>>;
}

/** What is known of a request that is in progress. */
interface Progress {
  readonly operation: OperationName | 'none';
  caller?: Caller;
  code?: ProblemCode;
}

/**
 * Listens for requests.
 *
 * @returns closes the server, after all requests that have arrived are answered
 * @throws ConfigurationError if it cannot listen on the address
 */
export async function serveApi(options: ApiOptions): Promise<Listening> {
  const server = await newServer(options);
  const { address } = options;
  return listenOn(server, {
    setting: 'WXPAY_API_ADDRESS',
    address,
    answeredByMs: ANSWERED_BY_MS,
    backlog: MAX_CONNECTIONS,
  });
}

async function newServer({ clients, tokens, onRequest, observe, places }: ApiOptions): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: MAX_BODY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // Longer ones are refused at the door; by Fastify's own limit the path would be unknown.
    routerOptions: { maxParamLength: MAX_BODY },
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error)),
    clientErrorHandler: refuseUnreadable,
    http: { connectionsCheckingInterval: 1_000, headersTimeout: REQUEST_TIMEOUT_MS },
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  const inProgress = new WeakMap<FastifyRequest, Progress>();
  const progressOf = (request: FastifyRequest): Progress => {
    const known = inProgress.get(request) ?? { operation: operationOf(request) };
    inProgress.set(request, known);
    return known;
  };
  // The body is checked at the door, and answers are sent as they are: the schemas are for the document.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (value) => JSON.stringify(value));
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', (request, reply, done) => {
    const begunAt = performance.now();
    onRequest?.();
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    reply.raw.once('close', () => {
      const { operation, caller, code } = progressOf(request);
      observe?.({
        operation,
        status: reply.raw.writableFinished ? reply.statusCode : 'aborted',
        code,
        by: caller?.name,
        mchid: caller && mchidOf(request),
        requestId: request.id,
        millis: Math.round(performance.now() - begunAt),
      });
    });
    // Before the body is read: what fits no route has no form that a body could have.
    done(request.is404 ? whyNotFound(request) : undefined);
  });
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const answer = problemOf(error);
    progressOf(request).code = answer.problem.code;
    return sendProblem(reply, answer);
  };
  server.setErrorHandler<FastifyError>(fail);
  server.setNotFoundHandler((request, reply) => fail(whyNotFound(request), request, reply));
  await server.register(swagger, documentOptions(tokens !== undefined));
  const waiting = new Places(places ?? PLACES);
  for (const [name, operation] of OPERATION_LIST) {
    server.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      schema: schemaOf(name, operation),
      config: { operation: name },
      // Before the body is read.
      onRequest: (request, _reply, done) => {
        const caller = authenticated(request, tokens);
        progressOf(request).caller = caller;
        authorize(caller, mchidOf(request));
        done();
      },
      handler: (request, reply) => answer(clients, waiting, operation, request, reply),
    });
  }
  server.get(DOCUMENT_PATH, { schema: { hide: true } }, () => server.swagger());
  return server;
}

async function answer(
  clients: Clients,
  places: Places,
  operation: Operation,
  { params: path, query, body }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const input = checkedInput(operation, { path, query, body });
  const { status, body: said } = await places.during(operation.takes, () => operation.call(clients, input));
  return reply.code(status).type('application/json').send(said);
}

function operationOf({ routeOptions }: FastifyRequest): OperationName | 'none' {
  const { operation } = routeOptions.config as { readonly operation?: OperationName };
  return operation ?? 'none';
}

function mchidOf({ params }: FastifyRequest): string {
  return (params as { readonly mchid?: string }).mchid ?? '';
}

/** The id that a caller gave a request, if it can be logged. */
function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function sendProblem(reply: FastifyReply, { problem, headers }: ProblemAnswer): FastifyReply {
  return reply.code(problem.status).headers(headers).type(PROBLEM_JSON).send(JSON.stringify(problem));
}

/** Why a request fits no route: its path is unknown, or has other methods. */
function whyNotFound({ url, method }: FastifyRequest): RefusedRequest {
  const [path = ''] = url.split('?', 1);
  const [, allowed] = [...METHODS, [/^\/openapi\.json$/, ['GET']] as const].find(([form]) => form.test(path)) ?? [];
  if (allowed === undefined) return new RefusedRequest('not-found', 'The API has no such path.');
  const allow = allowed.join(', ');
  return new RefusedRequest('method-not-allowed', `${method} is not one of ${allow}.`, { allow });
}

/** Answers what is not HTTP, or came too slowly: there is no request then that Fastify knows. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const { problem } = answerOf(isSlow ? 'timeout' : 'malformed');
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${problem.status} ${isSlow ? 'Request Timeout' : 'Bad Request'}`;
  const headers = `content-type: ${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`${head}\r\n${headers}\r\n\r\n${body}`);
}
