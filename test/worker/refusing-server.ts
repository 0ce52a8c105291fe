import { once } from 'node:events';
import { connect, createServer, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** gRPC's numbers for a refusal. */
export const REFUSALS = {
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * A gRPC server that refuses some calls, and hands the others on. It ends with the test.
 *
 * @param refusal `silence`: such a call gets no answer
 * @param refuses which calls, by their path, as `/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes`
 * @param upstream host and port of the server that answers the others
 * @returns its host and port
 */
export async function refusingServer(
  refusal: keyof typeof REFUSALS | 'silence',
  refuses: (path: string) => boolean,
  upstream?: string,
): Promise<string> {
  const session = upstream === undefined ? undefined : connect(`http://${upstream}`);
  const server = createServer();
  server.on('stream', (stream, headers) => {
    if (session !== undefined && !refuses(headers[':path'] ?? '')) return handOn(session, stream, headers);
    if (refusal === 'silence') return;
    const refused = { 'grpc-status': String(REFUSALS[refusal]), 'grpc-message': 'no entry' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refused }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    session?.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function handOn(session: ClientHttp2Session, stream: ServerHttp2Stream, headers: NodeJS.Dict<string | string[]>): void {
  const request = session.request(headers);
  request.on('response', (answer, flags) => {
    // 1: the stream ends with these headers.
    const endStream = (flags & 1) === 1;
    stream.respond(answer, { endStream, waitForTrailers: !endStream });
  });
  let trailers = {};
  request.on('trailers', (received) => void (trailers = received));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  request.on('error', () => stream.destroy());
  stream.on('error', () => request.destroy());
  stream.pipe(request).pipe(stream);
}
