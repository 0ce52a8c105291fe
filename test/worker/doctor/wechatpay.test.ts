import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ADVICE } from '../../../domain/errors/advice.js';
import type { Finding } from '../../../worker/doctor/finding.js';
import type { MisbehaviourName } from '../../../testing/sandbox/misbehaviour.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { type SandboxOptions } from '../../../testing/sandbox/sandbox.js';
import { startSandbox } from '../../support/sandbox.js';
import { freeAddress } from '../../../testing/demo/processes.js';
import { silentServer } from '../addresses.js';
import { FILES, rsa } from './fixture.js';
import { of, theOne } from './look.js';
import { ask, fileOf, onlyGlobal } from './wechatpay.js';
import { saying } from './saying.js';

const MCHID = '1900000109';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.misbehaviours.clear());

/** Each of the next queries meets it. */
async function askMeeting(what: MisbehaviourName, timeoutMs?: number): Promise<Finding[]> {
  sandbox.misbehaveOnAny({ what, on: 'query', times: 9 });
  return ask(await fileOf(sandbox, onlyGlobal), timeoutMs);
}

const NONE = { code: 'ORDER_NOT_EXIST', message: 'none' };

describe('a signed query', () => {
  it('is answered by both APIs and by v2; nothing else is sent, and no number twice', async () => {
    const before = sandbox.ledger.entries().length;
    const findings = await ask(await fileOf(sandbox));
    const subjects = findings.filter(({ check }) => check.startsWith('signed-query')).map(({ subject }) => subject);
    expect(subjects).toEqual([`${MCHID} v3-global`, `${MCHID} v3`, MCHID]);
    for (const each of findings.filter(({ check }) => check.startsWith('signed-query')))
      expect(each).toMatchObject({
        result: 'ok',
        said: expect.stringMatching(/^ORDER_NOT_EXIST, signed.*\(Request-ID /),
        whatToDo: null,
      });
    const sent = sandbox.ledger.entries().slice(before);
    expect(sent.map(({ call }) => call)).toEqual(['query', 'query', 'query']);
    const numbers = sent.map(({ outTradeNo }) => outTradeNo);
    expect(new Set(numbers).size).toBe(3);
    for (const number of numbers) expect(number).toMatch(/^doctor-no-such-order-[0-9a-f]{10}$/);
    expect(theOne(findings, 'clock')).toMatchObject({ result: 'ok' });
    expect(theOne(findings, 'payscore')).toMatchObject({
      result: 'skipped',
      said: expect.stringContaining('service id'),
    });
  });

  const BAD: [MisbehaviourName, RegExp, string][] = [
    ['noAuth', /^NO_AUTH: status 403 \(signed\)/, ADVICE.permission.en],
    ['signError', /^SIGN_ERROR: status 401 \(not verified/, ADVICE.signature.en],
    ['signWrongly', /the signature does not fit the answer/, ADVICE.unverified.en],
    ['unsigned', /the answer is not signed/, ADVICE.unverified.en],
    ['probe', /deliberate probes/, ADVICE.unverified.en],
    ['stale', /more than 5 minutes old/, ADVICE.unverified.en],
    ['html', /not signed|not verified/, ADVICE.unverified.en],
    ['bare404', /status 404 \(not verified/, ADVICE.unverified.en],
    ['reset', /ECONNRESET/, ADVICE.network.en],
    ['loseAnswer', /LOCAL_NO_ANSWER/, ADVICE.network.en],
  ];
  it.each(BAD)('fails where WeChat Pay misbehaves: %s', async (what, said, whatToDo) => {
    const one = theOne(await askMeeting(what), 'signed-query');
    expect(one).toMatchObject({ result: 'fail', said: expect.stringMatching(said), whatToDo });
  });

  it.each(['systemError', 'tooOften'] as const)('is to be asked again: %s', async (what) => {
    const findings = await askMeeting(what);
    const again = { result: 'warn', whatToDo: 'Run the doctor again in a minute.' };
    expect(theOne(findings, 'signed-query')).toMatchObject(again);
    expect(theOne(findings, 'signed-query-v2')).toMatchObject(again);
  });

  it.each([
    ['noAuth', /^NO_AUTH: result_code FAIL \(signed\)/, ADVICE.permission.en],
    ['signError', /^LOCAL_RETURN_FAIL: return_code FAIL \(not signed\)/, ADVICE.signature.en],
    ['signWrongly', /the sign does not fit the answer/, ADVICE.unverified.en],
    ['unsigned', /the answer is not signed/, ADVICE.unverified.en],
    ['reset', /ECONNRESET/, ADVICE.network.en],
  ] as [MisbehaviourName, RegExp, string][])('fails over v2 likewise: %s', async (what, said, whatToDo) => {
    const one = theOne(await askMeeting(what), 'signed-query-v2');
    expect(one).toMatchObject({ result: 'fail', said: expect.stringMatching(said), whatToDo });
  });

  it('fails with a key that is not the merchant’s, and with a v2 key that is not', async () => {
    const merchantsFile = await fileOf(sandbox, onlyGlobal);
    const keys = join(merchantsFile, '../keys');
    writeFileSync(join(keys, `${MCHID}_key.pem`), rsa().privatePem);
    writeFileSync(join(keys, `${MCHID}_apiv2.key`), FILES['apiv2.key']);
    const findings = await ask(merchantsFile);
    expect(theOne(findings, 'signed-query')).toMatchObject({ result: 'fail', whatToDo: ADVICE.signature.en });
    expect(theOne(findings, 'signed-query-v2')).toMatchObject({ result: 'fail', whatToDo: ADVICE.signature.en });
    expect(theOne(findings, 'clock')).toMatchObject({
      result: 'skipped',
      said: expect.stringContaining('no signed answer'),
    });
  });

  it('fails with a serial of WeChat Pay’s that is not its own', async () => {
    const change = (yaml: string): string =>
      onlyGlobal(yaml).replace(/serial: PUB_KEY_ID_\d+/, 'serial: PUB_KEY_ID_07');
    const one = theOne(await ask(await fileOf(sandbox, change)), 'signed-query');
    expect(one).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('signed with a key that'),
    });
  });

  it('fails where nothing listens, and where what listens says nothing', async () => {
    const silent = await silentServer();
    onTestFinished(() => void silent.server.close());
    const at = (address: string) => (yaml: string) => onlyGlobal(yaml).replaceAll(sandbox.url, `http://${address}`);
    const refused = await ask(await fileOf(sandbox, at(await freeAddress())));
    expect(theOne(refused, 'signed-query')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('ECONNREFUSED'),
      whatToDo: ADVICE.network.en,
    });
    const late = await ask(await fileOf(sandbox, at(silent.address)), 200);
    expect(theOne(late, 'signed-query')).toMatchObject({ result: 'fail', said: 'no answer within 0.2 s' });
    expect(theOne(late, 'signed-query-v2')).toMatchObject({ result: 'fail', said: 'no answer within 0.2 s' });
  });

  it('fails where the answer is about another order', async () => {
    const other = { out_trade_no: 'ORDER-1', mchid: MCHID, trade_state: 'SUCCESS' };
    expect(theOne(await ask(await saying(200, other)), 'signed-query')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('about another order number'),
      whatToDo: ADVICE.unreadable.en,
    });
  });

  it('fails where a proxy says that nobody is there', async () => {
    expect(theOne(await ask(await saying(502, {})), 'signed-query')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('HTTP_502'),
      whatToDo: ADVICE.network.en,
    });
  });

  it('is well where the code is one of those that only a signed answer has', async () => {
    for (const code of ['USERPAYING', 'RESOURCE_NOT_EXISTS'])
      expect(theOne(await ask(await saying(400, { code })), 'signed-query')).toMatchObject({ result: 'ok' });
  });

  it('warns only where the other API answers', async () => {
    sandbox.misbehaveOnAny({ what: 'noAuth', on: 'query', times: 1 });
    const results = (await ask(await fileOf(sandbox))).filter(({ check }) => check === 'signed-query');
    expect(results.map(({ result }) => result).sort()).toEqual(['ok', 'warn']);
    expect(results.find(({ result }) => result === 'warn')?.whatToDo).toContain('v3.api');
  });
});

describe('the clock', () => {
  it('is told by an answer that is refused because of it', async () => {
    const findings = await askMeeting('stale');
    expect(theOne(findings, 'clock')).toMatchObject({
      result: 'fail',
      said: expect.stringMatching(/^(?:599|60[0-2]) s ahead of WeChat Pay's$/),
    });
  });

  it.each([
    [25, 'ok', 'behind'],
    [-25, 'ok', 'ahead of'],
    [60, 'warn', 'behind'],
    [-60, 'warn', 'ahead of'],
    [280, 'fail', 'behind'],
    [-280, 'fail', 'ahead of'],
  ])('of a WeChat Pay %i s before ours: %s', async (seconds, result, side) => {
    expect(theOne(await ask(await saying(404, NONE, seconds)), 'clock')).toMatchObject({
      result,
      said: expect.stringContaining(`s ${side} WeChat Pay's`),
    });
  });
});

describe('platform certificates', () => {
  async function worldOf(wechatpayKeys: NonNullable<SandboxOptions['wechatpayKeys']>): Promise<Sandbox> {
    const world = await startSandbox({ wechatpayKeys });
    onTestFinished(() => world.stop());
    return world;
  }

  const downloaded = (yaml: string): string =>
    onlyGlobal(yaml)
      .replace('v3:\n', 'v3:\n      platformCertificates: v3-global\n')
      .replace(/ {6}wechatpayKeys:\n(?: {8}.*\n)+/, '');
  const also = (yaml: string): string => yaml.replace('v3:\n', 'v3:\n      platformCertificates: v3-global\n');

  it('are downloaded, and then answers are verified with them', async () => {
    const world = await worldOf('certificate');
    const findings = await ask(await fileOf(world, downloaded));
    expect(of(findings, 'platform-certificates')).toEqual([`ok ${MCHID}: 1 downloaded, valid now`]);
    expect(theOne(findings, 'signed-query')).toMatchObject({ result: 'ok' });
    expect(of(findings, 'wechatpay-keys')).toEqual([]);
  });

  it('fail with another APIv3 key, and where nobody can be asked', async () => {
    const world = await worldOf('certificate');
    const merchantsFile = await fileOf(world, downloaded);
    writeFileSync(join(merchantsFile, `../keys/${MCHID}_apiv3.key`), FILES['apiv3.key']);
    expect(theOne(await ask(merchantsFile), 'platform-certificates')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('is it the right one?'),
    });
    await world.stop();
    expect(theOne(await ask(merchantsFile), 'platform-certificates')).toMatchObject({
      result: 'fail',
      said: expect.stringMatching(/^ECONN(?:REFUSED|RESET)$/),
    });
  });

  it('that a merchant does not have are warned of where it has a public key, else they fail', async () => {
    expect(theOne(await ask(await fileOf(sandbox, also)), 'platform-certificates')).toMatchObject({ result: 'warn' });
    const alone = theOne(await ask(await fileOf(sandbox, downloaded)), 'platform-certificates');
    expect(alone.result).toBe('fail');
  });
});
