import '../process/musl.js';
import { NativeConnection } from '@temporalio/worker';
import { EXIT_CODES, ExitError } from '../process/exit.js';
import type { TemporalProfile } from '../process/settings.js';
import { withTimeout } from '../wechatpay/timeout.js';

/** In milliseconds. Without it, a worker would wait forever for a server that accepts the connection and never answers. */
const CONNECT_TIMEOUT = 10_000;

/** The Temporal server cannot be reached, or refuses our credentials. */
export class ConnectionError extends ExitError {
  override readonly name = 'ConnectionError';
  override readonly exitCode = EXIT_CODES.connection;

  constructor(
    message: string,
    /** The reason, without the address. */
    readonly why: string,
    readonly whatToDo: string,
  ) {
    super(`${message}\n${whatToDo}`);
  }
}

export interface TemporalConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
}

/** @throws ConnectionError with the address, the reason and what to check; never with a part of a key or certificate */
export async function connect({ address, namespace, options }: TemporalProfile): Promise<TemporalConnection> {
  const connection = await withTimeout(CONNECT_TIMEOUT, NativeConnection.connect({ ...options, address })).catch(
    (error: unknown): never => {
      throw isCredentialsRefusal(error)
        ? credentialsRefused(address, namespace)
        : notConnected(address, whyNotConnected(error));
    },
  );
  if (connection === 'timeout') throw notConnected(address, NO_ANSWER);
  return { connection, namespace, address };
}

function notConnected(address: string, why: string): ConnectionError {
  return new ConnectionError(
    `No Temporal server answers at ${address}: ${why}.`,
    why,
    'Is it running, and is TEMPORAL_ADDRESS (or the TOML profile) right? A server for trying things out: wechatpay-orders temporal',
  );
}

/** The server answers, and refuses our credentials. */
export function credentialsRefused(address: string, namespace: string): ConnectionError {
  const why = `refuses our credentials for the namespace ${namespace}`;
  return new ConnectionError(
    `The Temporal server at ${address} ${why}.`,
    `it ${why}`,
    'Check TEMPORAL_API_KEY or the client certificate (TEMPORAL_TLS_…): is it expired, and does it have access to that namespace?',
  );
}

/** The status codes of gRPC for refusals. */
const GRPC = { invalidArgument: 3, notFound: 5, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;

const NO_ANSWER = 'it accepts the connection, or drops it, and says nothing';

/** The SDK's failures differ only in their text. The text itself is not shown, since it may quote an option. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ConnectionRefused/, 'nothing listens there'],
  [/dns error/, 'the name cannot be resolved'],
  [/targetUrl/, 'that is no address; it must be host:port'],
  [/timed out|TimedOut|deadline/i, NO_ANSWER],
  [
    /PrivateKeyParse|CertificateParse|certificate|InvalidContentType|AlertReceived|tls/i,
    'TLS fails: is TEMPORAL_TLS_… (or an API key, which turns TLS on) right for this server, and its certificate trusted',
  ],
  [/HostUnreachable|NetworkUnreachable/, 'there is no route to it'],
  [/unavailable|ConnectionReset|UnexpectedEof/i, 'what answers there closes the connection'],
  [/GetSystemInfo/, 'what answers there is no Temporal server, or a very old one'],
];

/** Why a connection failed. */
function whyNotConnected(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'the connection fails';
}

/** Whether the server refused a call because of our credentials. */
export function isCredentialsRefusal(error: unknown): boolean {
  const code = grpcCodeOf(error);
  if (code === GRPC.unauthenticated || code === GRPC.permissionDenied) return true;
  return error instanceof Error && /valid authentication credentials|does not have permission/.test(error.message);
}

/** Whether we may not use the operator service, or the server has none, as on Temporal Cloud. */
export function isNotOffered(error: unknown): boolean {
  return isCredentialsRefusal(error) || grpcCodeOf(error) === GRPC.unimplemented;
}

export function isNotFound(error: unknown): boolean {
  return grpcCodeOf(error) === GRPC.notFound;
}

export function isInvalidArgument(error: unknown): boolean {
  return grpcCodeOf(error) === GRPC.invalidArgument;
}

/** The status code of a raw error, or of the cause of a client's error. */
function grpcCodeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return grpcCodeOf(error.cause);
}
