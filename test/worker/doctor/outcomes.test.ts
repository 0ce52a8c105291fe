import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../worker/doctor/command.js';
import type { Finding } from '../../../worker/doctor/finding.js';
import { FILES, MCHID, merchantsYaml } from './fixture.js';
import { folderOf, look, of, theOne } from './look.js';
import { leaksOf } from './secrets.js';

const SECRETS = {
  'outcomes.secret': `whsec_${Buffer.alloc(32, 'outcomes').toString('base64')}`,
  'old.secret': `whsec_${Buffer.alloc(24, 'older').toString('base64')}`,
};

/** The path and query of a URL that lets in whoever knows it. */
const HIDDEN = 'T0k3nT0k3nT0k3n';
const SHOP = { url: `https://shop.example/${HIDDEN}?key=${HIDDEN}`, secretFiles: ['outcomes.secret', 'old.secret'] };
const LEDGER = { url: 'http://ledger.internal:8080/events', secretFiles: ['old.secret'], allowHttp: true };

/** A folder whose merchants file has these outcomes. JSON is YAML, too. */
function folderWith(outcomes: readonly object[] | undefined): string {
  const more = outcomes === undefined ? '' : `    outcomes: ${JSON.stringify(outcomes)}\n`;
  return folderOf({ ...FILES, ...SECRETS, 'merchants.yaml': merchantsYaml() + more });
}

function lookAt(folder: string): Promise<Finding[]> {
  return look({ merchantsFile: join(folder, 'merchants.yaml') });
}

describe('where outcomes are told', () => {
  it.each<[string, readonly object[] | undefined, string]>([
    ['no outcomes', undefined, `skipped ${MCHID}: no URL: the checkout must ask; see docs/outcomes.md`],
    ['none on purpose', [], `ok ${MCHID}: no URL, on purpose: outcomes is []`],
    ['one URL', [SHOP], `ok ${MCHID}: 1 URL at shop.example, and every secret can be read`],
    [
      'two URLs at one host',
      [SHOP, { ...SHOP, url: 'https://shop.example/2' }],
      `ok ${MCHID}: 2 URLs at shop.example, and every secret can be read`,
    ],
    [
      'plain http to this machine',
      [{ ...SHOP, url: 'http://127.0.0.1:8080/outcomes' }],
      `ok ${MCHID}: 1 URL at 127.0.0.1:8080, and every secret can be read`,
    ],
    [
      'plain http to another machine',
      [SHOP, LEDGER],
      `warn ${MCHID}: 2 URLs at shop.example, ledger.internal:8080, and every secret can be read; plain http to ledger.internal:8080`,
    ],
  ])('is said of a merchant with %s', async (_, outcomes, said) => {
    const findings = await lookAt(folderWith(outcomes));
    expect(of(findings, 'outcomes')).toEqual([said]);
    const { result, whatToDo } = theOne(findings, 'outcomes');
    expect(whatToDo).toEqual(result === 'warn' ? expect.stringContaining('Use https') : null);
  });

  it('is said of a merchant without APIv3, too', async () => {
    const yaml = `merchants: [{ mchid: "${MCHID}", appids: [wx8888888888888888], v2: { keyFile: apiv2.key }, outcomes: [] }]`;
    const folder = folderOf({ ...FILES, 'merchants.yaml': yaml });
    expect(of(await lookAt(folder), 'outcomes')).toEqual([expect.stringMatching(/^ok /)]);
  });

  it('is not looked at if a secret cannot be read', async () => {
    const findings = await lookAt(folderWith([{ ...SHOP, secretFiles: ['lost.secret'] }]));
    expect(of(findings, 'outcomes')).toEqual([`skipped ${MCHID}: the merchants file has a fault here`]);
  });

  it('is told by the host only: neither a secret nor the rest of a URL is shown', async () => {
    const findings = await lookAt(folderWith([SHOP, LEDGER]));
    const told = JSON.stringify(findings) + findings.map(linesOf).join('\n');
    expect(told).toContain('shop.example');
    expect(leaksOf(told, [...Object.values(SECRETS), HIDDEN])).toEqual([]);
    expect(told).not.toContain('/events');
  });
});

describe.skipIf(process.platform === 'win32')('the files of the secrets', () => {
  it('are secrets: it is said once that they are closed', async () => {
    const findings = await lookAt(folderWith([SHOP, LEDGER]));
    const names = 'v3.privateKeyFile, outcomes.secretFiles';
    expect(of(findings, 'key-permissions')).toEqual([`ok ${MCHID}: only owner and group can reach ${names}`]);
  });

  it.each<[number, string, string]>([
    [0o644, 'warn', 'may read'],
    [0o602, 'fail', 'may write'],
  ])('are found with mode %i, the second one too', async (mode, result, may) => {
    const folder = folderWith([SHOP]);
    chmodSync(join(folder, 'old.secret'), mode);
    const said = `every user of this machine ${may} outcomes.secretFiles old.secret (mode 0${mode.toString(8)})`;
    expect(of(await lookAt(folder), 'key-permissions')).toEqual([`${result} ${MCHID}: ${said}`]);
  });
});
