import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { onTestFinished } from 'vitest';
import { trustAuthorities } from '../../wechatpay/connection.js';

/** One connection, as its server sees it. */
export interface Connection {
  /** Every byte of it, decrypted where it is TLS. */
  received: string;
  readonly closed: Promise<void>;
}

export interface ByteServer {
  readonly url: URL;
  readonly connections: Connection[];
}

interface Manner {
  /** A handshake is answered so late, milliseconds; `Infinity`: never. Absent: there is no TLS. */
  readonly handshakeAfterMs?: number;
  readonly answer?: 'HTTP/1.1 204 No Content\r\n\r\n' | 'cut' | 'nothing';
}

/** A server that keeps each byte that reaches it, and by default answers all that comes with 204. Ended with the test. */
export async function byteServer({ handshakeAfterMs, answer }: Manner = {}): Promise<ByteServer> {
  const connections: Connection[] = [];
  const sockets = new Set<Socket>();
  const listen = (socket: Socket): void => {
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const connection: Connection = { received: '', closed };
    connections.push(connection);
    socket
      .on('error', () => undefined)
      .on('data', (bytes: Buffer) => {
        connection.received += bytes.toString();
        if (answer === 'cut') socket.destroy();
        else if (answer !== 'nothing') socket.write(answer ?? 'HTTP/1.1 204 No Content\r\n\r\n');
      });
  };
  const tls = handshakeAfterMs === undefined ? undefined : await trusted();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (tls === undefined) return listen(socket);
    const secure = (): void => listen(new TLSSocket(socket, { isServer: true, secureContext: tls }));
    if (handshakeAfterMs !== Infinity) setTimeout(secure, handshakeAfterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/`), connections };
}

/** A certificate of 127.0.0.1 that signs itself, and which our agent trusts until the test ends. */
async function trusted(): Promise<ReturnType<typeof createSecureContext>> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=127.0.0.1',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  const cert = certificate.toString('pem');
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  trustAuthorities(cert);
  onTestFinished(() => trustAuthorities(undefined));
  return createSecureContext({ cert, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` });
}
