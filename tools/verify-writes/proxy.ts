import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { webcrypto } from 'node:crypto';
import { createServer as createTlsServer } from 'node:tls';
import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

/** A TCP proxy in front of a Temporal server. It can hold back the server's answers, or cut the connections. */
export interface Proxy {
  /** Host and port. */
  readonly address: string;
  /** Holds back the server's answers, until it is resumed. Requests still arrive. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** Ends every connection, and accepts no new one until it is restored. */
  readonly cut: () => void;
  readonly restore: () => void;
  readonly close: () => void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const [host = '', port = ''] = target.split(':');
  const upstreams = new Set<Socket>();
  let isHeld = false;
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(port), host);
    upstreams.add(upstream);
    if (isHeld) upstream.pause();
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        upstreams.delete(upstream);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const set = (held: boolean): void => {
    isHeld = held;
    for (const upstream of upstreams) {
      if (held) upstream.pause();
      else upstream.resume();
    }
  };
  const cut = (): void => {
    isCut = true;
    for (const upstream of upstreams) upstream.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => set(true),
    resume: () => set(false),
    cut,
    restore: () => (isCut = false),
    close: () => {
      cut();
      server.close();
    },
  };
}

const DAY_MS = 24 * 3_600_000;

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

/** A server with TLS in front of one without. */
export interface TlsProxy {
  /** As `https://localhost:41234`. */
  readonly url: string;
  /** Its certificate in PEM, which a client must trust. */
  readonly certificate: string;
  close(): void;
}

export async function startTlsProxy(target: URL): Promise<TlsProxy> {
  const { certificate, key } = await newCertificate();
  const server = createTlsServer({ cert: certificate, key }, (client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, certificate, close: () => void server.close() };
}

async function newCertificate(): Promise<{ readonly certificate: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString('pem'), key };
}
