import { sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that signs with a key that nobody else has, as examples/kms-worker.ts asks it. */
export interface Vault {
  readonly url: string;
  /** Where it is sealed, it signs nothing. */
  isSealed: boolean;
  /** How many signatures it gave. */
  readonly signatures: number;
  close(): void;
}

export async function startVault(privatePem: string): Promise<Vault> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (vault.isSealed) return void response.writeHead(503).end(privatePem);
      vault.signatures += 1;
      response.end(sign('sha256', Buffer.concat(chunks), privatePem).toString('base64'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const vault = {
    url: `http://127.0.0.1:${port}/sign`,
    isSealed: false,
    signatures: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return vault;
}
