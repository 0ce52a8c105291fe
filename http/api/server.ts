import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import fastify, {
  type FastifyBodyParser,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Listening } from '../../process/health.js';
import { listenOn } from '../../process/listening.js';
import { authenticated, authorize } from './authentication.js';
import { checkedInput } from './door.js';
import { documentOptions, METHODS, schemaOf } from './openapi.js';
import { type Clients, OPERATION_LIST } from './operations.js';
import { type PlaceKind, Places } from './places.js';
import { PROBLEM_JSON, type ProblemAnswer, problemOf, RefusedRequest } from './problems.js';
import { mchidOf, type RequestObserver, Requests } from './requests.js';
import type { Tokens } from './tokens.js';

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

export interface ApiOptions extends RequestObserver {
  readonly address: string;
  readonly clients: Clients;
  /** `undefined`: anybody on this machine may use the API. */
  readonly tokens: Tokens | undefined;
  /** Default: those of `places.ts`. */
  readonly places?: Readonly<Record<PlaceKind, number>>;
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

async function newServer({ clients, tokens, places, ...observer }: ApiOptions): Promise<FastifyInstance> {
  const requests = new Requests(observer);
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
    clientErrorHandler: (error, socket) => requests.refuseUnreadable(error, socket),
    http: { connectionsCheckingInterval: 1_000, headersTimeout: REQUEST_TIMEOUT_MS },
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  // The body is checked at the door, and answers are sent as they are: the schemas are for the document.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (value) => JSON.stringify(value));
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, jsonParser(server));
  server.addHook('onRequest', (request, reply, done) => {
    requests.begin(request, reply);
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    // Before the body is read: what fits no route has no form that a body could have.
    done(request.is404 ? whyNotFound(request) : undefined);
  });
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const answer = problemOf(error);
    Object.assign(requests.of(request), { code: answer.problem.code, reason: answer.reason });
    return sendProblem(reply, answer);
  };
  server.setErrorHandler<FastifyError>(fail);
  server.setNotFoundHandler((request, reply) => fail(whyNotFound(request), request, reply));
  await server.register(swagger, documentOptions(tokens !== undefined));
  const waiting = new Places(tokens !== undefined, places);
  for (const [name, operation] of OPERATION_LIST) {
    server.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      schema: schemaOf(name, operation),
      config: { operation: name },
      // Before the body is read.
      onRequest: (request, _reply, done) => {
        const caller = authenticated(request, tokens);
        requests.of(request).caller = caller;
        authorize(caller, mchidOf(request));
        done();
      },
      handler: async (request, reply) => {
        const { params: path, query, body } = request;
        const input = checkedInput(operation, { path, query, body });
        const by = requests.of(request).caller?.name ?? '';
        const answer = await waiting.during(operation.takes, by, () => operation.call(clients, input));
        return reply.code(answer.status).type('application/json').send(answer.body);
      },
    });
  }
  const document = { schema: { hide: true }, onRequest: refuseElsewhere };
  server.get(DOCUMENT_PATH, document, () => server.swagger());
  return server;

  /** The document needs no token. Without tokens, it is for this machine like the rest. */
  function refuseElsewhere(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
    if (tokens === undefined) authenticated(request, undefined);
    done();
  }
}

/** Parses a body. A text that is not UTF-8 is refused: as the shopper's words it would be garbled. An empty one is none. */
function jsonParser(server: FastifyInstance): FastifyBodyParser<Buffer> {
  const parse = server.getDefaultJsonParser('error', 'error') as FastifyBodyParser<string>;
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return (request, bytes, done) => {
    const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]*)/i.exec(request.headers['content-type'] ?? '') ?? [];
    if (charset.toLowerCase() !== 'utf-8') return done(new RefusedRequest('unsupported-media-type', NOT_UTF8));
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return done(new RefusedRequest('malformed', NOT_UTF8));
    }
    if (text === '') return done(null, undefined);
    void parse(request, text, done);
  };
}

const NOT_UTF8 = 'The body must be JSON in UTF-8.';

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
  if (allowed === undefined) return new RefusedRequest('not-found');
  const allow = allowed.join(', ');
  return new RefusedRequest('method-not-allowed', `${method} is not one of ${allow}.`, { allow });
}
