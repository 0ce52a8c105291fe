import { generateKeyPairSync, sign } from 'node:crypto';
import {
  createNotificationReceiver,
  type Merchant,
  type NotificationReceiver,
} from '../../client/notifications/index.js';
import { newCommand, runTool } from '../../process/command-line.js';
import { answerText, newNonce, rsaSigner } from '../../wechatpay/signature-v3.js';
import { v2Signer } from '../../wechatpay/signature-v2.js';
import { decryptWith } from '../../wechatpay/encryption.js';
import { median } from '../statistics.js';

/** As much as the receiver reads of a body. */
const BYTES = 64 * 1024;
const ROUNDS = 9;
/** How many requests of each kind a round has. */
const REQUESTS = 40;

const MCHID = '1900000109';
const SERIAL = 'PUB_KEY_ID_0116000000000000000000000001';
const V3_KEY = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const signer = rsaSigner(MCHID, '5157F09EFDC096DE15EBE81A47057A7232F1B8E1', pem);
const v2 = { signer: v2Signer('b0b1b2b3b4b5b6b7b8b9babbbcbdbebf', 'MD5') };

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly path?: string;
}

function receiverOf(count: number): NotificationReceiver {
  const v3 = { signer, wechatpayKeys: new Map([[SERIAL, publicKey]]), decrypt: decryptWith(V3_KEY) };
  const each = (index: number): Merchant => ({ mchid: String(Number(MCHID) + index), appids: [], v3, v2 });
  const merchants = new Map(Array.from({ length: count }, (_, index) => [String(Number(MCHID) + index), each(index)]));
  const list = { find: (mchid: string) => merchants.get(mchid), all: () => merchants.values(), version: () => 1 };
  return createNotificationReceiver({ merchants: list, deliver: () => Promise.resolve('signalled') });
}

function filled(start: string, end: string, piece: (at: number) => string): Buffer {
  let text = start;
  for (let at = 0; ; at += 1) {
    const next = piece(at);
    if (text.length + next.length + end.length > BYTES) return Buffer.from(text + end);
    text += next;
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };
const XML_TYPE = { 'content-type': 'text/xml' };
const json = filled('{"a":"', '"}', () => 'x'.repeat(64));
const ofMerchant = `<xml><mch_id>${MCHID}</mch_id><sign>A</sign>`;

function signedWith(serial: string, isRight: boolean): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = newNonce();
  const signature = sign('sha256', answerText(timestamp, isRight ? nonce : 'another', json), privateKey);
  return {
    ...JSON_TYPE,
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': nonce,
    'wechatpay-signature': signature.toString('base64'),
    'wechatpay-serial': serial,
  };
}

/** What anyone can send, in 64 KB or as much of it as is read. */
const ENTRIES: Readonly<Record<string, Request>> = {
  'JSON without a signature': { headers: JSON_TYPE, body: json },
  'JSON, an unknown serial': { headers: signedWith('ABC', false), body: json },
  'JSON, a wrong signature': { headers: signedWith(SERIAL, false), body: json },
  'XML of many fields': { headers: XML_TYPE, body: filled('<xml>', '</xml>', (at) => `<f${at}/>`) },
  'XML of one long text, a wrong sign': {
    headers: XML_TYPE,
    body: filled(`${ofMerchant}<a>`, '</a></xml>', () => 'x'.repeat(64)),
  },
  'XML of references': { headers: XML_TYPE, body: filled('<xml><a>', '</a></xml>', () => '&amp;') },
  'another content type': { headers: { 'content-type': 'text/plain' }, body: json },
  'more than 64 KB': { headers: JSON_TYPE, body: Buffer.alloc(BYTES + 1, 'x') },
  'a wrong path': { headers: JSON_TYPE, body: json, path: '/wechatpay/notification' },
};

/** CPU of one request, in microseconds. */
async function cost(receiver: NotificationReceiver, { headers, body, path }: Request): Promise<number> {
  const start = process.cpuUsage();
  for (let count = 0; count < REQUESTS; count += 1) {
    await receiver.receive(body, headers, path === undefined ? {} : { wrongPath: path });
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / REQUESTS;
}

const DESCRIPTION = `Measures what each kind of request that anyone can send costs the receiver: CPU for 64 KB, beside
that of JSON without a signature; with 1 merchant and with 3,000. Half a minute, no server, no option.`;

await runTool(async (args) => {
  newCommand('npm run bench:receiver --', DESCRIPTION).parse(args, { from: 'user' });
  const one = receiverOf(1);
  const many = receiverOf(3_000);
  const costs = new Map<string, { readonly one: number[]; readonly many: number[] }>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, request] of Object.entries(ENTRIES)) {
      const its = costs.get(name) ?? { one: [], many: [] };
      const measured = [await cost(one, request), await cost(many, request)] as const;
      // The first round only warms up.
      if (round === 0) continue;
      its.one.push(measured[0]);
      its.many.push(measured[1]);
      costs.set(name, its);
    }
  }
  const [base] = costs.values();
  console.log('| request of 64 KB | CPU | to JSON without a signature | 3,000 merchants to one |');
  console.log('| --- | ---: | ---: | ---: |');
  for (const [name, its] of costs) {
    const toBase = median(its.one.map((each, at) => each / (base?.one[at] ?? NaN)));
    const toOne = median(its.many.map((each, at) => each / (its.one[at] ?? NaN)));
    console.log(`| ${name} | ${Math.round(median(its.one))} µs | ${toBase.toFixed(1)} | ${toOne.toFixed(2)} |`);
  }
  return 0;
});
