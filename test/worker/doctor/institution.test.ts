import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MisbehaviourName, Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { theOne } from './look.js';
import { saying } from './saying.js';
import { ask, fileOf, onlyGlobal } from './wechatpay.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.start();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.misbehaviours.clear());

/** The sandbox's merchant as an institution. */
async function institutionFile(change?: (yaml: string) => string): Promise<string> {
  const merchantsFile = await fileOf(sandbox, change);
  toInstitution(merchantsFile);
  return merchantsFile;
}

function toInstitution(merchantsFile: string): void {
  writeFileSync(merchantsFile, readFileSync(merchantsFile, 'utf8').replace('- mchid:', '- spMchid:'));
}

describe('a signed query of an institution', () => {
  it('asks for a sub-merchant’s order; what a refusal of that means cannot be told', async () => {
    const merchantsFile = await institutionFile(onlyGlobal);
    expect(theOne(await ask(merchantsFile), 'signed-query')).toMatchObject({ result: 'ok' });
    sandbox.misbehaveOnAny({ what: 'noAuth', on: 'query', times: 2 });
    const refused = await ask(merchantsFile);
    const unclear = {
      result: 'warn',
      said: expect.stringMatching(/^NO_AUTH, signed: .*cannot be told without one of its sub-merchants/),
      whatToDo: expect.stringContaining('sub-merchant'),
    };
    expect(theOne(refused, 'signed-query')).toMatchObject(unclear);
    expect(theOne(refused, 'signed-query-v2')).toMatchObject(unclear);
    sandbox.misbehaveOnAny({ what: 'signError', on: 'query', times: 2 });
    expect(theOne(await ask(merchantsFile), 'signed-query')).toMatchObject({ result: 'fail' });
  });

  it.each([
    ['NO_AUTH', 'warn', 'fail'],
    ['PARAM_ERROR', 'warn', 'fail'],
    ['INVALID_REQUEST', 'warn', 'fail'],
    ['MCH_NOT_EXISTS', 'warn', 'fail'],
    ['MCHID_NOT_EXIST', 'warn', 'fail'],
    ['APPID_MCHID_NOT_MATCH', 'warn', 'fail'],
    ['ACCOUNT_ERROR', 'fail', 'fail'],
    ['APPID_NOT_EXIST', 'fail', 'fail'],
    ['LACK_PARAMS', 'fail', 'fail'],
    ['OPENID_MISMATCH', 'fail', 'fail'],
    ['REQUIRE_POST_METHOD', 'fail', 'fail'],
    ['XML_FORMAT_ERROR', 'fail', 'fail'],
    ['A_CODE_OF_TOMORROW', 'fail', 'fail'],
    ['ORDER_NOT_EXIST', 'ok', 'ok'],
  ])('signed %s: %s for an institution, %s for a merchant of its own', async (code, institution, merchant) => {
    const merchantsFile = await saying(400, { code, message: 'no' });
    expect(theOne(await ask(merchantsFile), 'signed-query')).toMatchObject({ result: merchant });
    toInstitution(merchantsFile);
    const found = theOne(await ask(merchantsFile), 'signed-query');
    expect(found).toMatchObject({ result: institution, said: expect.stringContaining(code) });
    if (institution !== 'ok') expect(found.whatToDo).not.toBeNull();
  });

  it.each([
    ['signError', ['warn', 'warn']],
    ['noAuth', ['warn', 'warn']],
    ['reset', ['warn', 'warn']],
    ['notFound', ['ok', 'warn']],
    [{ what: 'refuse', status: 403, code: 'ACCOUNT_ERROR' }, ['fail', 'warn']],
  ] as [MisbehaviourName | Misbehaviour, string[]][])(
    'refused by one API, and met by the other with %j',
    async (met, results) => {
      const merchantsFile = await institutionFile();
      sandbox.misbehaveOnAny({ what: 'noAuth', on: 'query', times: 1 });
      sandbox.misbehaveOnAny({ ...(typeof met === 'string' ? { what: met } : met), on: 'query', times: 1 });
      const found = (await ask(merchantsFile)).filter(({ check }) => check === 'signed-query');
      expect(found.map(({ result }) => result).sort()).toEqual(results);
      expect(found.filter(({ said }) => said.startsWith('NO_AUTH, signed:')).length).toBe(met === 'noAuth' ? 2 : 1);
    },
  );

  it.each(['ACCOUNT_ERROR', 'REQUIRE_POST_METHOD', 'XML_FORMAT_ERROR'])('over v2 fails for %s', async (code) => {
    sandbox.misbehaveOnAny({ what: 'refuse', code, on: 'query', times: 9 });
    expect(theOne(await ask(await institutionFile()), 'signed-query-v2')).toMatchObject({ result: 'fail' });
  });
});
