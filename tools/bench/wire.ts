import { generateKeyPairSync, sign } from 'node:crypto';
import { newNonce, authorization, requestText, rsaSigner } from '../../wechatpay/signature-v3.js';
import { v2Signer, type SignType } from '../../wechatpay/signature-v2.js';
import { buildXml, parseXml } from '../../wechatpay/xml.js';
import { newCommand, runTool } from '../../process/command-line.js';
import { median } from '../statistics.js';

/** How much longer an `Authorization` header may take than the bare signature in it. */
const TARGET = 0.05;
/** How long each comparison runs, and the warm-up before it, in milliseconds. */
const PART_MS = 4_000;
const V2_PART_MS = 1_500;
const WARM_UP_MS = 400;
/** How many signatures of each kind a round has: few, so that other work of the machine disturbs both equally. */
const ROUND = 8;

const REQUEST = {
  method: 'POST',
  target: '/v3/global/transactions/out-trade-no/20150806125346/close',
  body: '{"mchid":"1900000109"}',
} as const;

/** A v2 answer, as long as that of a paid order. */
const ANSWER: ReadonlyMap<string, string> = new Map([
  ['return_code', 'SUCCESS'],
  ['return_msg', 'OK'],
  ['appid', 'wx8888888888888888'],
  ['mch_id', '1900000109'],
  ['nonce_str', 'TN55wO9Pba5yENl8'],
  ['result_code', 'SUCCESS'],
  ['openid', 'oUpF8uN95-Ptaags6E_roPHg7AG0'],
  ['trade_type', 'NATIVE'],
  ['bank_type', 'CCB_DEBIT'],
  ['total_fee', '528800'],
  ['fee_type', 'HKD'],
  ['transaction_id', '4200752501201407033233368018'],
  ['out_trade_no', '20150806125346'],
  ['attach', '订单 & <details>'],
  ['time_end', '20180608103456'],
  ['trade_state', 'SUCCESS'],
]);

/** How long it takes to do the work so many times, in milliseconds. */
function timed(times: number, work: () => unknown): number {
  const start = performance.now();
  for (let count = 0; count < times; count += 1) work();
  return performance.now() - start;
}

/** Compares our signature with the bare one in turns. Each is first equally often. */
function compare(
  ours: () => unknown,
  bare: () => unknown,
): { ratio: number; oursMs: number; bareMs: number; rounds: number } {
  const rounds: { ours: number; bare: number }[] = [];
  const start = performance.now();
  while (performance.now() - start < WARM_UP_MS + PART_MS) {
    const oursFirst = rounds.length % 2 === 0;
    const first = timed(ROUND, oursFirst ? ours : bare);
    const second = timed(ROUND, oursFirst ? bare : ours);
    const [oursTime, bareTime] = oursFirst ? [first, second] : [second, first];
    if (performance.now() - start > WARM_UP_MS) rounds.push({ ours: oursTime / ROUND, bare: bareTime / ROUND });
    else rounds.length = 0;
  }
  return {
    ratio: median(rounds.map((round) => round.ours / round.bare)),
    oursMs: median(rounds.map((round) => round.ours)),
    bareMs: median(rounds.map((round) => round.bare)),
    rounds: rounds.length,
  };
}

function benchV3(): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = rsaSigner('1900000109', '5157F09EFDC096DE15EBE81A47057A7232F1B8E1', pem);
  const bytes = Buffer.from(requestText(REQUEST, '1700000000', newNonce()));
  const { ratio, oursMs, bareMs, rounds } = compare(
    () => authorization(signer, REQUEST, { now: Date.now(), nonce: newNonce() }),
    () => sign('sha256', bytes, privateKey),
  );
  const verdict = ratio <= 1 + TARGET ? 'within' : 'NOT within';
  console.log(
    `v3 authorization / bare crypto.sign: ${ratio.toFixed(3)} (${verdict} ${TARGET * 100} %), ` +
      `median of ${rounds} rounds; ${oursMs.toFixed(3)} ms / ${bareMs.toFixed(3)} ms`,
  );
}

function benchV2(signType: SignType): void {
  const signer = v2Signer('192006250b4c09247ec02edce69f6a2d', signType);
  const round = (): void => {
    const read = parseXml(Buffer.from(buildXml(new Map(ANSWER).set('sign', signer.sign(ANSWER)))));
    if ('fault' in read || !signer.verifies(read))
      throw new Error('the v2 answer cannot be verified after the round trip');
  };
  timed(200, round);
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < V2_PART_MS) {
    timed(100, round);
    count += 100;
  }
  const seconds = (performance.now() - start) / 1_000;
  console.log(`v2 round trip with ${signType} (sign, build, parse, verify): ${Math.round(count / seconds)} per second`);
}

const DESCRIPTION = `Measures what signing costs, in some ten seconds: an Authorization header of v3 beside the bare signature
in it, and a v2 message that is signed, built, parsed and verified. No option, no server.`;

await runTool((args) => {
  newCommand('npm run bench:wire --', DESCRIPTION).parse(args, { from: 'user' });
  benchV3();
  benchV2('MD5');
  benchV2('HMAC-SHA256');
  return Promise.resolve(0);
});
