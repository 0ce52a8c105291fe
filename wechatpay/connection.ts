import { Agent as HttpAgent, request as httpRequest, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP, Socket } from 'node:net';
import { connect as tlsConnect, type ConnectionOptions, createSecureContext, rootCertificates } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';

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

/** TLS to WeChat Pay through an HTTP proxy, which sees the host name and nothing else (`CONNECT`). */
class ConnectedThroughProxy extends HttpsAgent {
  constructor(private readonly proxy: URL) {
    super(OPTIONS);
  }

  override createConnection(options: RequestOptions, handOver: HandOver): undefined {
    const { host = '', port, ...tls } = options as ConnectionOptions;
    const path = `${host}:${port}`;
    const connect = httpRequest({
      host: this.proxy.hostname.replace(/^\[|\]$/g, ''),
      port: this.proxy.port || 80,
      method: 'CONNECT',
      path,
      headers: { host: path, ...loginOf(this.proxy) },
      agent: false,
    });
    const timer = setTimeout(() => connect.destroy(failure('PROXY_TIMEOUT')), 2 * CONNECT_TIMEOUT_MS);
    // Any answer is a `connect` event, a refusal too.
    connect.once('connect', ({ statusCode }, tunnel) => {
      clearTimeout(timer);
      if (statusCode !== 200) {
        tunnel.destroy();
        return handOver?.(failure('PROXY_REFUSED'), tunnel);
      }
      const servername = isIP(host) === 0 ? host : '';
      whenConnected(tlsConnect({ ...tls, host, socket: tunnel, servername }), 'secureConnect', handOver);
    });
    connect.once('error', (error) => {
      clearTimeout(timer);
      handOver?.(error, connect.socket ?? new Socket());
    });
    connect.end();
  }
}

function loginOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/**
 * Agents that give a request its socket when that is connected, and not before, as Node's own do. What a request does
 * when it gets its socket is then the last thing before its bytes leave. If the request was given up meanwhile, Node
 * closes the socket.
 */
export const agents = { http: new ConnectedHttp(OPTIONS), https: new ConnectedHttps(OPTIONS) };

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Whether a text is the URL of an HTTP proxy, which is spoken to in the clear. */
export function isProxy(text: string): boolean {
  try {
    const url = new URL(text);
    loginOf(url);
    return url.protocol === 'http:';
  } catch {
    return false;
  }
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
  const known = throughProxy.get(proxy) ?? (isProxy(proxy) ? new ConnectedThroughProxy(new URL(proxy)) : undefined);
  if (known === undefined) return undefined;
  throughProxy.set(proxy, known);
  known.options.secureContext = agents.https.options.secureContext;
  return { http: agents.http, https: known };
}

/**
 * Trusts more certificate authorities than those that come with Node, for every connection from now on: that of a
 * company's proxy which opens TLS, for example. WeChat Pay's answers are still verified by their signatures.
 *
 * @param pem one certificate or more; `undefined`: what Node trusts by itself
 */
export function trustAuthorities(pem: string | undefined): void {
  if (pem === undefined) delete agents.https.options.secureContext;
  else agents.https.options.secureContext = createSecureContext({ ca: [...rootCertificates, pem] });
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
