import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';

/** For each of the lookup, the TCP connection and the TLS handshake, milliseconds. */
export const CONNECT_TIMEOUT_MS = 2_000;

type Socket = ReturnType<HttpAgent['createConnection']>;
type HandOver = Parameters<HttpAgent['createConnection']>[1];

/** As Node's own agents: an idle connection is dropped after 5 s, sooner than most servers drop it. */
const OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;

class ConnectedHttp extends HttpAgent {
  override createConnection(options: ClientRequestArgs, handOver: HandOver): undefined {
    whenConnected(super.createConnection(options), 'connect', handOver);
  }
}

class ConnectedHttps extends HttpsAgent {
  override createConnection(options: RequestOptions, handOver: HandOver): undefined {
    whenConnected(super.createConnection(options), 'secureConnect', handOver);
  }
}

/**
 * Agents that give a request its socket when that is connected, and not before, as Node's own do. What a request does
 * when it gets its socket is then the last thing before its bytes leave. If the request was given up meanwhile, Node
 * closes the socket.
 */
export const agents = { http: new ConnectedHttp(OPTIONS), https: new ConnectedHttps(OPTIONS) };

function whenConnected(socket: Socket, connected: 'connect' | 'secureConnect', handOver: HandOver): void {
  if (!socket) return;
  const late = Object.assign(new Error('no connection'), { code: 'CONNECT_TIMEOUT' });
  const timer = setTimeout(() => socket.destroy(late), CONNECT_TIMEOUT_MS);
  const settle = (error: Error | null): void => {
    clearTimeout(timer);
    handOver?.(error, socket);
  };
  // These are heard before `connected` is, so that a timer which was cleared is not begun anew.
  for (const step of ['lookup', 'connect']) socket.once(step, () => timer.refresh());
  socket.once(connected, () => settle(null)).once('error', settle);
}
