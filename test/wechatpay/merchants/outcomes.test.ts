import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../wechatpay/merchants/faults.js';
import { loadMerchants, readMerchants } from '../../../wechatpay/merchants/file.js';
import type { OutcomeEndpoint } from '../../../wechatpay/merchant.js';
import { eventually, watched } from './watched.js';
import { faultsOf, fileOf, FILES, GOOD } from './written-file.js';

const secretOf = (bytes: number, fill = 7): string => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const SECRET = secretOf(32);
const OTHER_SECRET = secretOf(32, 8);
const SECRETS = { 'outcomes.secret': `${SECRET}\n`, 'other.secret': OTHER_SECRET };

/** A merchants file whose merchant has these URLs. JSON is YAML, too. */
const withOutcomes = (...outcomes: readonly object[]): string => `${GOOD}    outcomes: ${JSON.stringify(outcomes)}\n`;

const URL_ENTRY = { url: 'https://shop.example/outcomes', secretFiles: ['outcomes.secret'] };
const ONE = withOutcomes(URL_ENTRY);

function urlsOf(file: string, verifiesOnly = false): readonly OutcomeEndpoint[] {
  return loadMerchants(file, { verifiesOnly }).find('1900000109')?.outcomes ?? [];
}

/** Whether what a URL's posts are signed with includes this secret. */
function isSignedWith(secret: string, { sign }: OutcomeEndpoint): boolean {
  const at = Math.floor(Date.now() / 1000);
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(at),
    'webhook-signature': sign('evt_1', at, '{}'),
  };
  try {
    new Webhook(secret).verify('{}', headers);
    return true;
  } catch {
    return false;
  }
}

describe('the URLs for outcomes', () => {
  it('are none for a merchant without them', () => {
    expect(loadMerchants(fileOf(GOOD)).find('1900000109')).not.toHaveProperty('outcomes');
  });

  it('are read with the secret that their posts are signed with, and want all events', () => {
    const [url, ...more] = urlsOf(fileOf(ONE, SECRETS));
    expect(more).toEqual([]);
    expect(url).toMatchObject({
      url: new URL('https://shop.example/outcomes'),
      key: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    if (url === undefined) return;
    expect([isSignedWith(SECRET, url), isSignedWith(OTHER_SECRET, url)]).toEqual([true, false]);
    expect([url.wants('order.paid'), url.wants('late-payment.found')]).toEqual([true, true]);
    expect(JSON.stringify(url)).not.toContain(SECRET.slice('whsec_'.length));
  });

  it('are signed with both secrets while one is changed', () => {
    const [url] = urlsOf(
      fileOf(withOutcomes({ ...URL_ENTRY, secretFiles: ['other.secret', 'outcomes.secret'] }), SECRETS),
    );
    expect(url && [isSignedWith(SECRET, url), isSignedWith(OTHER_SECRET, url)]).toEqual([true, true]);
  });

  it('have a key of their own each, by which it is known who has taken an event, and which stays the same', () => {
    const two = withOutcomes(URL_ENTRY, { ...URL_ENTRY, url: 'https://shop.example/outcomes?shop=2' });
    const keys = urlsOf(fileOf(two, SECRETS)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    expect(urlsOf(fileOf(two, { ...SECRETS, 'outcomes.secret': OTHER_SECRET })).map(({ key }) => key)).toEqual(keys);
  });

  it('want only the events that are named', () => {
    const [url] = urlsOf(fileOf(withOutcomes({ ...URL_ENTRY, events: ['order.paid', 'order.closed'] }), SECRETS));
    expect(url && [url.wants('order.paid'), url.wants('order.released')]).toEqual([true, false]);
  });

  it.each([
    ['https://shop.example', {}],
    ['http://127.0.0.1:8080/outcomes', {}],
    ['http://localhost/outcomes', {}],
    ['http://[::1]:8080/outcomes', {}],
    ['http://ledger.internal:8080/outcomes', { allowHttp: true }],
  ])('may be %s with %j', (url, more) => {
    expect(faultsOf(withOutcomes({ ...URL_ENTRY, url, ...more }), SECRETS)).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    [
      'plain http',
      { url: 'http://shop.example/outcomes' },
      'outcomes.0.url',
      'must be https; plain http only to loopback',
    ],
    ['plain http, not allowed', { url: 'http://shop.example', allowHttp: false }, 'outcomes.0.url', 'must be https'],
    [
      'a host that only looks like loopback',
      { url: 'http://127.0.0.1.shop.example' },
      'outcomes.0.url',
      'must be https',
    ],
    ['another scheme', { url: 'ftp://shop.example', allowHttp: true }, 'outcomes.0.url', 'must be a URL: https://'],
    ['no URL', { url: 'shop.example' }, 'outcomes.0.url', 'must be a URL: https://'],
    [
      'a login in the URL',
      { url: 'https://mei:pass@shop.example' },
      'outcomes.0.url',
      'must have no user name or password',
    ],
    [
      'only a user name in it',
      { url: 'https://mei@shop.example' },
      'outcomes.0.url',
      'must have no user name or password',
    ],
    ['no secret', { secretFiles: [] }, 'outcomes.0.secretFiles', 'must name the file of a secret'],
    ['nothing about secrets', { secretFiles: undefined }, 'outcomes.0.secretFiles', 'must be there'],
    [
      'four secrets',
      { secretFiles: Array(4).fill('outcomes.secret') },
      'outcomes.0.secretFiles',
      'must name at most 3',
    ],
    ['no event', { events: [] }, 'outcomes.0.events', 'must name at least one event'],
    ['an event that is none', { events: ['order.lost'] }, 'outcomes.0.events.0', 'must be of: order.paid'],
    ['allowHttp that is a text', { allowHttp: 'yes' }, 'outcomes.0.allowHttp', 'must be true or false'],
    ['a field that nobody knows', { retries: 3 }, 'outcomes.0', 'has a field that is not known: retries'],
  ])('are refused with %s', (_, changes, field, rule) => {
    const faults = faultsOf(withOutcomes({ ...URL_ENTRY, ...changes }), SECRETS);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${field}: ${rule}`);
  });

  it('may be none, on purpose, and are refused if there are more than five, or one twice', () => {
    const urls = Array.from({ length: 6 }, (_, index) => ({ ...URL_ENTRY, url: `https://shop.example/${index}` }));
    expect(faultsOf(withOutcomes(...urls.slice(1)), SECRETS)).toEqual([]);
    expect(faultsOf(withOutcomes(...urls), SECRETS).join()).toContain('must name at most 5 URLs');
    expect(faultsOf(withOutcomes(), SECRETS)).toEqual([]);
    const twice = withOutcomes(URL_ENTRY, { ...URL_ENTRY, url: 'https://SHOP.example/outcomes' });
    expect(faultsOf(twice, SECRETS).join()).toContain('must name each URL once');
  });
});

describe('the file of a secret', () => {
  it.each<[string, string, string]>([
    ['a private key', FILES['key.pem'], ': it is a private key. Name the secret that the checkout verifies'],
    ['an API key', FILES['apiv3.key'], ': it is an API key of 32 characters'],
    ['nothing', '', ': the file is empty'],
    ['a secret that is too short', secretOf(23), 'this is not a secret of Standard Webhooks'],
    ['a secret that is too long', secretOf(65), 'this is not a secret of Standard Webhooks'],
    ['two secrets', `${SECRET}\n${OTHER_SECRET}\n`, 'this is not a secret of Standard Webhooks'],
  ])('is refused if it holds %s, and nothing of it is said', (_, content, fault) => {
    const faults = faultsOf(ONE, { 'outcomes.secret': content });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('outcomes.0.secretFiles: outcomes.secret: this is not a secret of Standard Webhooks');
    expect(faults[0]).toContain(fault);
    expect(faults[0]).toContain('echo "whsec_$(openssl rand -base64 32)"');
    expect(faults[0]).not.toMatch(/BwcH|0123456789/);
  });

  it('is refused if it is not there', () => {
    expect(faultsOf(ONE)).toEqual([
      'merchants[0] (1900000109): outcomes.0.secretFiles: outcomes.secret: cannot be read (ENOENT)',
    ]);
  });

  it('is not the secret itself, which is not repeated', () => {
    const faults = faultsOf(withOutcomes({ ...URL_ENTRY, secretFiles: [SECRET] }));
    expect(faults.join()).toContain('must be the path of a file; the key itself never stands in this file');
    expect(faults.join()).not.toContain('BwcH');
  });

  it('is not read by a process that only verifies, which still knows that there is a URL', () => {
    const [url] = urlsOf(fileOf(ONE), true);
    expect(url?.url.href).toBe('https://shop.example/outcomes');
    expect(url && isSignedWith(SECRET, url)).toBe(false);
  });

  it.skipIf(process.platform === 'win32').each<[number, string[]]>([
    [0o640, []],
    [0o644, ['may read']],
    [0o602, ['may write']],
  ])('that every user of the machine can reach is reported: mode %i', (mode, may) => {
    const file = fileOf(ONE, SECRETS);
    chmodSync(join(dirname(file), 'outcomes.secret'), mode);
    const said = may.map(
      (can) =>
        `merchant 1900000109: every user of this machine ${can} outcomes.secretFiles outcomes.secret (mode 0${mode.toString(8)})`,
    );
    expect(orThrow(readMerchants(file)).exposed).toEqual(said);
  });

  it('that changes is taken by a process that runs, and one that is bad is not', async () => {
    const file = fileOf(ONE, SECRETS);
    const { merchant, reloads, log } = watched(file);
    const signsWith = (secret: string): boolean => (merchant().outcomes ?? []).some((url) => isSignedWith(secret, url));
    expect(signsWith(SECRET)).toBe(true);
    await writeFile(join(dirname(file), 'outcomes.secret'), OTHER_SECRET);
    await eventually(() => signsWith(OTHER_SECRET));
    await writeFile(join(dirname(file), 'outcomes.secret'), 'whsec_secret-text');
    await eventually(() => reloads.length === 2);
    expect(reloads).toEqual(['taken', 'refused']);
    expect(signsWith(OTHER_SECRET)).toBe(true);
    expect(JSON.stringify(log)).not.toContain('secret-text');
  });
});
