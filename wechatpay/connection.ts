import { Agent as HttpAgent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates, TLSSocket } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { withTimeout } from './timeout.js';

/** For each of the lookup, the TCP connection and the TLS handshake, milliseconds. */
export const CONNECT_TIMEOUT_MS = 2_000;

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

/** TLS to WeChat Pay through a proxy, which sees the host name and nothing else (`CONNECT`). */
class ConnectedThroughProxy extends HttpsProxyAgent<string> {
  override async connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    const tunnel = super.connect(request, options);
    const socket = await withTimeout(2 * CONNECT_TIMEOUT_MS, tunnel);
    if (socket === 'timeout') {
      tunnel.then((late) => late.destroy()).catch(() => undefined);
      throw failure('PROXY_TIMEOUT');
    }
    // The library would have the proxy's own refusal read as if it were the answer.
    if (!(socket instanceof TLSSocket)) throw failure('PROXY_REFUSED');
    return new Promise<Socket>((resolve, reject) => {
      whenConnected(socket, 'secureConnect', (error) => (error === null ? resolve(socket) : reject(error)));
    });
  }
}

/**
 * Agents that give a request its socket when that is connected, and not before, as Node's own do. What a request does
 * when it gets its socket is then the last thing before its bytes leave. If the request was given up meanwhile, Node
 * closes the socket.
 */
export const agents = { http: new ConnectedHttp(OPTIONS), https: new ConnectedHttps(OPTIONS) };

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent | ConnectedThroughProxy;
}

/** Whether a text is the URL of an HTTP proxy. */
export function isProxy(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** By the URL of the proxy, which may hold a password. */
const throughProxy = new Map<string, ConnectedThroughProxy>();

/**
 * The agents for a request: through the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`, in either case), or
 * directly. Plain http, which is for loopback only, never goes through a proxy.
 *
 * @returns `undefined` if what the environment names is no HTTP proxy
 */
export function agentsFor({ protocol, href }: URL): Agents | undefined {
  const proxy = protocol === 'https:' ? getProxyForUrl(href) : '';
  if (proxy === '') return agents;
  if (!isProxy(proxy)) return undefined;
  const known = throughProxy.get(proxy) ?? new ConnectedThroughProxy(proxy, OPTIONS);
  throughProxy.set(proxy, known);
  // The library keeps none of the options for the TLS inside.
  Object.assign(known.options, OPTIONS, { ca: agents.https.options.ca });
  return { http: agents.http, https: known };
}

/**
 * Trusts more certificate authorities than Node's own, for every connection from now on: that of a company's proxy which
 * opens TLS, for example. WeChat Pay's answers are signed all the same.
 *
 * @param pem one certificate or more; `undefined`: Node's own only
 */
export function trustAuthorities(pem: string | undefined): void {
  if (pem === undefined) delete agents.https.options.ca;
  else agents.https.options.ca = [...rootCertificates, pem];
}

function failure(code: string): Error {
  return Object.assign(new Error('no connection'), { code });
}

function whenConnected(
  socket: ReturnType<HttpAgent['createConnection']>,
  connected: 'connect' | 'secureConnect',
  handOver: HandOver,
): void {
  if (!socket) return;
  const timer = setTimeout(() => socket.destroy(failure('CONNECT_TIMEOUT')), CONNECT_TIMEOUT_MS);
  const settle = (error: Error | null): void => {
    clearTimeout(timer);
    handOver?.(error, socket);
  };
  // These are heard before `connected` is, so that a timer which was cleared is not begun anew.
  for (const step of ['lookup', 'connect']) socket.once(step, () => timer.refresh());
  socket.once(connected, () => settle(null)).once('error', settle);
}
