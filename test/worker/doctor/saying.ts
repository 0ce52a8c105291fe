import { createServer } from 'node:http';
import { join } from 'node:path';
import { AnswerSigner } from '../../../testing/sandbox/keys.js';
import { listening } from '../../support/listening.js';
import { FILES, merchantsYaml, rsa } from './fixture.js';
import { folderOf } from './look.js';

const keys = rsa();
const signer = new AnswerSigner(keys, 'PUB_KEY_ID_01');

/** The merchants file of a WeChat Pay that always says the same, on a clock that is so many seconds ahead of ours. */
export async function saying(status: number, said: object, secondsAhead = 0): Promise<string> {
  const body = JSON.stringify(said);
  const server = createServer((_, response) => {
    response.writeHead(status, signer.headersFor(Buffer.from(body), Date.now() + secondsAhead * 1000)).end(body);
  });
  const host = `host: http://127.0.0.1:${await listening(server.listen(0, '127.0.0.1'))}`;
  const folder = folderOf({ ...FILES, 'pub.pem': keys.publicPem, 'merchants.yaml': merchantsYaml([host, 'api: v3']) });
  return join(folder, 'merchants.yaml');
}
