import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DownloadOutcome } from '../../../wechatpay/merchants/platform-certificates.js';
import { checkPlatformCertificates } from '../../../worker/doctor/checks/wechatpay.js';
import { inTime, TooLateError, type Context } from '../../../worker/doctor/context.js';
import { finding, type Finding } from '../../../worker/doctor/finding.js';
import { countsOf, isWell, linesOf, readOptions } from '../../../worker/doctor/command.js';
import { CHECK_NAMES } from '../../../worker/doctor/table.js';
import { certificate, FILES, KEYS, MCHID, merchantsYaml } from './fixture.js';
import { folderOf, look, theOne } from './look.js';
import { leaksOf } from './secrets.js';

it('the workflow bundle is built at each start from source, or is the one that is named, if it is there', async () => {
  const found = async (env: NodeJS.ProcessEnv) => theOne(await look({ env }), 'workflow-bundle');
  const built = 'built at each start, since the worker runs from source';
  expect(await found({})).toMatchObject({ result: 'ok', said: built });
  const WXPAY_WORKFLOW_BUNDLE = join(folderOf({ 'bundle.js': '' }), 'bundle.js');
  expect(await found({ WXPAY_WORKFLOW_BUNDLE })).toMatchObject({ result: 'ok', said: 'there' });
  expect(await found({ WXPAY_WORKFLOW_BUNDLE: '/nowhere/bundle.js' })).toMatchObject({
    result: 'fail',
    said: 'does not exist',
  });
});

describe('a check that goes wrong', () => {
  it('is a failure in our words, and every other check is made', async () => {
    const findings = await look({
      looks: {
        notifications: () => {
          throw new TypeError('secret-text');
        },
        payscore: async function* () {
          yield finding('settings', 'usable', null, 'said before');
          await Promise.reject(Object.assign(new Error('secret-text'), { name: 'secret text' }));
        },
      },
    });
    expect(theOne(findings, 'notifications')).toMatchObject({
      result: 'fail',
      said: 'the check itself fails with TypeError',
      whatToDo: expect.stringContaining('bug in the doctor'),
    });
    expect(theOne(findings, 'payscore').said).toBe('the check itself fails with an error');
    expect(findings.map(({ said }) => said)).toContain('said before');
    expect(JSON.stringify(findings)).not.toContain('secret-text');
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(CHECK_NAMES));
    expect(theOne(findings, 'fairness').result).toBe('skipped');
  });

  it('for the time it takes is told apart from work that fails with the same words', async () => {
    const late = (context: Context): AsyncIterable<Finding> => waiting(context, new Promise(() => undefined));
    const failing = (context: Context): AsyncIterable<Finding> =>
      waiting(context, Promise.reject(new Error('timed out')));
    const findings = await look({ timeoutMs: 20, looks: { notifications: late, payscore: failing } });
    expect(theOne(findings, 'notifications')).toMatchObject({
      result: 'fail',
      said: 'no answer within 0.02 s',
      whatToDo: expect.stringContaining('--timeout'),
    });
    expect(theOne(findings, 'payscore').said).toBe('the check itself fails with Error');
  });

  async function* waiting(context: Context, work: Promise<never>): AsyncIterable<Finding> {
    yield await inTime(context, work);
  }
});

describe('many merchants', () => {
  /** Looks at merchants whose downloads end after so many milliseconds each; `undefined`: never, which is too late. */
  async function looked(downloadsEndAfter: readonly (number | undefined)[]) {
    const running = { now: 0, most: 0, begun: 0 };
    const merchants = downloadsEndAfter.map((milliseconds, index) => {
      const start = (heard: (outcome: DownloadOutcome) => void): void => {
        running.begun += 1;
        running.most = Math.max(running.most, (running.now += 1));
        if (milliseconds !== undefined) setTimeout(heard, milliseconds, { result: 'taken', count: 1 });
      };
      const certificates = { start, stop: () => (running.now -= 1) };
      return { mchid: String(index), entry: { v3: { wechatpayKeys: [] } }, read: { certificates } };
    });
    const context = { timeoutMs: 60, found: { merchants } } as unknown as Context;
    const subjects: unknown[] = [];
    const fault = await (async () => {
      for await (const { subject } of checkPlatformCertificates(context)) subjects.push(subject);
    })().catch((error: unknown) => error);
    return { running, subjects, fault };
  }

  it('are asked for eight at a time, and reported in their order', async () => {
    const { running, subjects } = await looked(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 20 : 2)));
    expect(subjects).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    expect(running).toEqual({ now: 0, most: 8, begun: 20 });
  });

  it('are not asked for any more when one fails', async () => {
    const { running, subjects, fault } = await looked(
      Array.from({ length: 20 }, (_, index) => (index === 0 ? 2 : undefined)),
    );
    expect(subjects).toEqual(['0']);
    expect(fault).toBeInstanceOf(TooLateError);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(running.begun).toBeLessThan(20);
  });
});

const CERTIFICATE = await certificate({ privatePem: KEYS.privatePem });

describe('no key is ever told', () => {
  const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 'outcomes').toString('base64')}`;
  const NAMED = { ...FILES, 'cert.pem': CERTIFICATE, 'outcomes.secret': WEBHOOK_SECRET };
  const SECRETS = [KEYS.privatePem, FILES['apiv3.key'], FILES['apiv2.key'], WEBHOOK_SECRET];
  const PASTED = [...SECRETS, SECRETS[0]?.split('\n')[1] ?? ''];
  const OUTCOMES = '    outcomes: [{ url: https://shop.example/told, secretFiles: [outcomes.secret] }]\n';
  const YAML = merchantsYaml(['apiV3KeyFile: apiv3.key', 'certificateFile: cert.pem']) + OUTCOMES;
  const PLACES = [...YAML.matchAll(/[\w.]+/g)];

  const told = (findings: readonly Finding[]): string => JSON.stringify(findings) + findings.map(linesOf).join('\n');

  it('which would be seen if it were', () => {
    expect(leaksOf(`: ${FILES['apiv3.key'].slice(3, 20)} `, SECRETS)).not.toEqual([]);
    expect(leaksOf(KEYS.privatePem.slice(100, 130), SECRETS)).not.toEqual([]);
  });

  it('where all is well', async () => {
    const findings = await look({
      merchantsFile: join(folderOf({ ...NAMED, 'merchants.yaml': YAML }), 'merchants.yaml'),
    });
    expect(theOne(findings, 'outcomes').result).toBe('ok');
    expect(leaksOf(told(findings), SECRETS)).toEqual([]);
  });

  it.each(PASTED.map((secret) => [secret.length, secret] as const))(
    'however a key of %i characters is pasted into the file',
    async (_, secret) => {
      for (const { 0: word, index } of PLACES) {
        const text = JSON.stringify(secret);
        const yaml = YAML.slice(0, index) + text + YAML.slice(index + word.length);
        const folder = folderOf({ ...NAMED, 'merchants.yaml': yaml });
        const findings = await look({ merchantsFile: join(folder, 'merchants.yaml') });
        expect(leaksOf(told(findings), SECRETS), `in the place of ${word}`).toEqual([]);
      }
    },
  );

  it.each(['key.pem', 'pub.pem', 'apiv3.key', 'outcomes.secret'])(
    'where it stands in the file %s of another',
    async (name) => {
      for (const secret of PASTED) {
        const folder = folderOf({ ...NAMED, [name]: secret, 'merchants.yaml': YAML });
        expect(leaksOf(told(await look({ merchantsFile: join(folder, 'merchants.yaml') })), SECRETS)).toEqual([]);
      }
    },
  );

  it('where it is pasted for an argument or a setting', async () => {
    for (const secret of PASTED) {
      expect(leaksOf(told(await look({ merchantsFile: secret })), SECRETS)).toEqual([]);
      for (const name of ['LOG_LEVEL', 'HEALTH_ADDRESS', 'WORKFLOW_BUNDLE'])
        expect(leaksOf(told(await look({ env: { [`WXPAY_${name}`]: secret } })), SECRETS)).toEqual([]);
      for (const args of [['--merchant', secret], ['a', secret], [`--${secret}`], ['--timeout', secret]]) {
        const said = messageOf(() => readOptions(args));
        expect(said).toContain('cannot be used');
        expect(leaksOf(said, SECRETS)).toEqual([]);
      }
    }
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('the arguments', () => {
  it('have defaults', () => {
    expect(readOptions([])).toEqual({
      merchantsFile: undefined,
      timeout: 10,
    });
    expect(readOptions(['m.yaml', '--merchant', MCHID, '--offline', '--json', '--timeout', '0.5'])).toEqual({
      merchantsFile: 'm.yaml',
      merchant: MCHID,
      offline: true,
      json: true,
      timeout: 0.5,
    });
  });

  it.each([
    [['a', 'b'], 'too many arguments. Expected 1'],
    [['--merchant', 'me'], '1 to 32 digits'],
    [['--merchant'], 'argument missing'],
    [['--faster'], 'unknown option'],
    [['--timeout', '0'], 'a number of seconds'],
    [['--timeout', '0x10'], 'a number of seconds'],
    [['--timeout', '601'], 'a number of seconds'],
  ])('%j are refused', (args, said) => {
    expect(messageOf(() => readOptions(args))).toContain(said);
  });
});

describe('the report', () => {
  const SOME: Finding[] = [
    finding('settings', 'usable', null, 'well'),
    finding('notifications', 'closed', '1', 'none\u001b[2J\nof it'),
    finding('private-key', 'size', '1', 'too small'),
  ];

  it('has one line each, with a mark, and what to do where there is something', () => {
    expect(SOME.map(linesOf)).toEqual([
      '✓ settings                well',
      '! notifications           1: none [2J of it\n  → Set an APIv3 key on the merchant platform and name its file as v3.apiV3KeyFile.',
      "✗ private-key             1: too small\n  → Use the private key that was made together with the merchant's API certificate.",
    ]);
  });

  it('counts them, and a warning is no failure', () => {
    expect(countsOf(SOME)).toBe('1 ok, 1 warning, 1 failure, 0 skipped');
    expect(isWell(SOME)).toBe(false);
    expect(isWell(SOME.slice(0, 2))).toBe(true);
  });
});
