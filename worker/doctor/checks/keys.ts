import { createPrivateKey, X509Certificate } from 'node:crypto';
import { MCHID } from '../../../domain/orders/input.js';
import { DAY } from '../../../domain/time.js';
import { matches } from '../../../domain/validation.js';
import { isPlainHttp, type OutcomeEntry, type V3Entry } from '../../../wechatpay/merchants/schema.js';
import { timedKey } from '../../../wechatpay/merchants/v3-access.js';
import { isValidAt, readCertificate, type TimedKey } from '../../../wechatpay/certificates.js';
import { RSA_BITS } from '../../../wechatpay/signature-v3.js';
import type { CheckedMerchant } from '../checked-merchants.js';
import { known, type Context } from '../context.js';
import { dayOf, daysUntil, finding, type Finding, skipped } from '../finding.js';
import type { CheckName } from '../table.js';
import { WARN_DAYS } from '../table/local.js';

type V3Merchant = CheckedMerchant & { readonly v3: V3Entry };

/** The merchants that use APIv3. Those with a fault in the file are skipped. */
function* eachV3(
  check: CheckName,
  context: Context,
  look: (merchant: V3Merchant) => Iterable<Finding>,
): Iterable<Finding> {
  for (const merchant of known(context, 'merchants')) {
    const { v3 } = merchant.entry;
    if (v3 === undefined) continue;
    if (merchant.read === undefined) yield skipped(check, merchant.mchid, FAULTY);
    else yield* look({ ...merchant, v3 });
  }
}

export const FAULTY = 'the merchants file has a fault here';

export function checkPrivateKeys(context: Context): Iterable<Finding> {
  return eachV3('private-key', context, function* ({ mchid, v3, text }) {
    if (v3.privateKeyFile === undefined) {
      yield skipped('private-key', mchid, 'in no file: a worker is given a function that signs');
      return;
    }
    const bits = createPrivateKey(text(v3.privateKeyFile)).asymmetricKeyDetails?.modulusLength ?? 0;
    yield finding('private-key', bits === RSA_BITS ? 'right' : 'size', mchid, `RSA with ${bits} bits`);
  });
}

export function checkMerchantCertificates(context: Context): Iterable<Finding> {
  return eachV3('merchant-certificate', context, function* ({ mchid, v3, text }) {
    if (v3.certificateFile === undefined) {
      const how = 'add apiclient_cert.pem of the merchant platform as v3.certificateFile to have it compared';
      yield skipped('merchant-certificate', mchid, `none is named: ${how}`);
      return;
    }
    const certificate = new X509Certificate(text(v3.certificateFile));
    // Its file may hold its private key too.
    const { notBefore, notAfter } = readCertificate(certificate.toString());
    const say = (which: 'good' | 'expiring' | 'expired' | 'early' | 'otherMerchant', said: string): Finding =>
      finding('merchant-certificate', which, mchid, said);
    const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
    const now = context.now();
    const isOther = matches(name, MCHID) && name !== mchid;
    if (isOther) yield say('otherMerchant', `it is that of merchant ${name}`);
    // The loader has checked the key and the serial. If one is wrong, the merchant has a fault.
    const own = v3.privateKeyFile === undefined ? 'it has the serial' : 'it has the serial and the key';
    if (now < notBefore) yield say('early', `it is valid from ${dayOf(notBefore)} only`);
    else if (now > notAfter) yield say('expired', `it expired on ${dayOf(notAfter)}`);
    else yield say(isSoon(notAfter, now) ? 'expiring' : 'good', `${own}, and expires ${daysUntil(notAfter, now)}`);
  });
}

export function checkWechatpayKeys(context: Context): Iterable<Finding> {
  return eachV3('wechatpay-keys', context, function* ({ mchid, v3, text }) {
    const now = context.now();
    const keys = v3.wechatpayKeys.map(({ serial, file }) => timedKey(serial, text(file)));
    for (const key of keys) yield keyFinding(mchid, key, now);
    if (keys.some((key) => isValidAt(key, now)) || v3.platformCertificates !== undefined) return;
    yield finding('wechatpay-keys', 'none', mchid, 'no key of WeChat Pay is valid now');
  });
}

function keyFinding(mchid: string, { serial, key, notBefore, notAfter }: TimedKey, now: number): Finding {
  const say = (which: 'good' | 'size' | 'expiring' | 'expired', said: string): Finding =>
    finding('wechatpay-keys', which, mchid, `${serial}: ${said}`);
  if (now < notBefore) return say('expired', `valid from ${dayOf(notBefore)} only`);
  if (now > notAfter) return say('expired', `expired on ${dayOf(notAfter)}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits !== RSA_BITS) return say('size', `RSA with ${bits} bits`);
  // A public key does not expire.
  const isCertificate = Number.isFinite(notAfter);
  const kind = isCertificate ? `a platform certificate, expires ${daysUntil(notAfter, now)}` : 'a public key';
  return say(isSoon(notAfter, now) ? 'expiring' : 'good', kind);
}

function isSoon(notAfter: number, now: number): boolean {
  return notAfter - now < WARN_DAYS * DAY;
}

export function checkNotifications(context: Context): Iterable<Finding> {
  return eachV3('notifications', context, function* ({ mchid, v3 }) {
    if (v3.apiV3KeyFile === undefined)
      yield finding('notifications', 'closed', mchid, 'no APIv3 key: notifications cannot be decrypted');
    else yield finding('notifications', 'openable', mchid, 'there is an APIv3 key to open them with');
  });
}

/** Of all merchants, also of those without APIv3. */
export function* checkOutcomes(context: Context): Iterable<Finding> {
  for (const { mchid, entry, read } of known(context, 'merchants')) {
    const { outcomes } = entry;
    if (read === undefined) yield skipped('outcomes', mchid, FAULTY);
    else if (outcomes === undefined)
      yield finding('outcomes', 'unnamed', mchid, 'no URL: the checkout must ask; see docs/outcomes.md');
    else if (outcomes.length === 0) yield finding('outcomes', 'nobody', mchid, 'no URL, on purpose: outcomes is []');
    else yield urlsFinding(mchid, outcomes);
  }
}

function urlsFinding(mchid: string, outcomes: readonly OutcomeEntry[]): Finding {
  const urls = outcomes.map(({ url }) => url);
  // The secrets were read with the merchants file. If one is wrong, the merchant has a fault.
  const said = `${urls.length} ${urls.length === 1 ? 'URL' : 'URLs'} at ${hostsOf(urls)}, and every secret can be read`;
  const readable = urls.filter(isPlainHttp);
  if (readable.length === 0) return finding('outcomes', 'told', mchid, said);
  return finding('outcomes', 'readable', mchid, `${said}; plain http to ${hostsOf(readable)}`);
}

/** The rest of a URL may hold a secret. */
function hostsOf(urls: readonly string[]): string {
  return [...new Set(urls.map((url) => new URL(url).host))].join(', ');
}
