import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { AnswerSigner } from '../../sandbox/keys.js';
import { FILES, merchantsYaml, rsa } from './fixture.js';
import { folderOf } from './look.js';

/** The merchants file of a WeChat Pay that always says the same, on a clock that is so many seconds ahead of ours. */
export async function saying(status: number, said: object, secondsAhead = 0): Promise<string> {
  const keys = rsa();
  const signer = new AnswerSigner(keys, 'PUB_KEY_ID_01');
  const body = JSON.stringify(said);
  const server = createServer((_, response) => {
    response.writeHead(status, signer.headersFor(Buffer.from(body), Date.now() + secondsAhead * 1000)).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `host: http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = folderOf({ ...FILES, 'pub.pem': keys.publicPem, 'merchants.yaml': merchantsYaml([host, 'api: v3']) });
  return join(folder, 'merchants.yaml');
}
