import { z } from 'zod';
import { MCHID } from '../../domain/orders/input.js';
import { EVENT_TYPES, type EventType } from '../../domain/outcome/event.js';
import type { Hosts } from '../merchant.js';
import { canonicalSerial } from '../signature-v3.js';
import { isPastedKey } from './keys.js';
import { strict } from './yaml-file.js';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Requests are signed, not secret. Still, plain HTTP is allowed only to a server on the same machine. */
function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search } = new URL(text);
  const isOrigin = pathname === '/' && search === '';
  return isOrigin && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}

/** Plain http to another machine. What is posted to a checkout is signed, and still nobody on the way is to read it. */
export function isPlainHttp(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol !== 'https:' && !LOOPBACK.has(hostname);
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

function areDifferent(endpoints: readonly { readonly url: string }[]): boolean {
  const urls = endpoints.map(({ url }) => (URL.canParse(url) ? new URL(url).href : url));
  return new Set(urls).size === urls.length;
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** The path of a file, as the file that names it writes it. */
export const file = z
  .string()
  .min(1, 'must be the path of a file, relative to this file')
  .refine((text) => !isPastedKey(text), 'must be the path of a file; the key itself never stands in this file');

/** `PUB_KEY_ID_…`, or that of a certificate, in any form that it is written in. */
const serial = z
  .string()
  .regex(/^(?:PUB_KEY_ID_\w{1,64}|[0-9A-Fa-f]{1,64})$/, {
    error: 'must be PUB_KEY_ID_… or the serial number of a platform certificate, in hexadecimal, in quotes',
  })
  .transform(canonicalSerial);

export const mchid = z.string().regex(MCHID, 'must be a merchant number of 1 to 32 digits, in quotes');
const host = z
  .string()
  .refine(isSafeOrigin, 'must be an origin such as https://apihk.mch.weixin.qq.com; plain http only to loopback')
  .transform((text) => new URL(text).origin)
  .optional();

/** The v3 APIs; `v3` is the mainland's. */
const api = z.enum(['v3', 'v3-global'], { error: "must be 'v3' or 'v3-global'" }).optional();

const v3 = strict({
  host,
  api,
  certificateSerial: z
    .string()
    .regex(/^[0-9A-Fa-f]{8,64}$/, "must be the serial number of the merchant's certificate, in hexadecimal, in quotes")
    .transform(canonicalSerial),
  certificateFile: file.optional(),
  privateKeyFile: file.optional(),
  apiV3KeyFile: file.optional(),
  platformCertificates: api,
  wechatpayKeys: z.array(strict({ serial, file })).default([]),
})
  .refine((entry) => entry.platformCertificates !== undefined || entry.wechatpayKeys.length > 0, {
    path: ['wechatpayKeys'],
    error:
      "must name at least one of WeChat Pay's keys, or no answer can be verified; " +
      'or platformCertificates says from which API they are downloaded',
  })
  .refine((entry) => entry.platformCertificates === undefined || entry.apiV3KeyFile !== undefined, {
    path: ['apiV3KeyFile'],
    error: 'must be there with platformCertificates, which are encrypted with that key',
  });

const v2 = strict({
  host,
  keyFile: file,
  signType: z.enum(['MD5', 'HMAC-SHA256'], { error: "must be 'MD5' or 'HMAC-SHA256', as at placement" }).default('MD5'),
});

const outcome = strict({
  url: z.string().refine((text) => URL.canParse(text) && /^https?:\/\//.test(text), 'must be a URL: https://…'),
  secretFiles: z.array(file).min(1, 'must name the file of a secret: whsec_…').max(3, 'must name at most 3 files'),
  events: z
    .array(
      z.enum(Object.keys(EVENT_TYPES) as [EventType, ...EventType[]], {
        error: `must be of: ${Object.keys(EVENT_TYPES).join(', ')}`,
      }),
    )
    .min(1, 'must name at least one event, or be left out: then all are posted')
    .optional(),
  allowHttp: z.boolean({ error: 'must be true or false' }).optional(),
})
  .refine(({ url, allowHttp }) => allowHttp === true || !isPlainHttp(url), {
    path: ['url'],
    error: 'must be https; plain http only to loopback, or with allowHttp: true to a service inside the cluster',
  })
  .refine(({ url }) => !hasCredentials(url), { path: ['url'], error: 'must have no user name or password in it' });

const merchant = strict({
  mchid: mchid.optional(),
  spMchid: mchid.optional(),
  appids: z.array(z.string().regex(/^[0-9A-Za-z_-]{1,32}$/, 'must be an appid')).default([]),
  timeZone: z.string().refine(isTimeZone, 'must be a time zone such as Asia/Hong_Kong').optional(),
  v3: v3.optional(),
  v2: v2.optional(),
  outcomes: z
    .array(outcome)
    .max(5, 'must name at most 5 URLs')
    .refine(areDifferent, 'must name each URL once')
    .optional(),
})
  .refine(
    (entry) => (entry.mchid === undefined) !== (entry.spMchid === undefined),
    'must have mchid or spMchid, one of them',
  )
  .refine((entry) => entry.v3 !== undefined || entry.v2 !== undefined, 'must have v3 or v2, or both')
  .refine(
    (entry) => entry.v2 === undefined || entry.appids.length > 0,
    'must have appids: v2 sends one with each call',
  );

/** The form of a merchants file. */
export const merchantsSchema = strict({
  hosts: strict({ v3: host, 'v3-global': host, v2: host }).optional(),
  merchants: z.array(merchant).min(1, 'must name at least one merchant'),
});

export type MerchantEntry = Omit<z.infer<typeof merchant>, 'v3'> & { readonly v3?: V3Entry | undefined };
/** With the hosts of the whole file. */
export type V3Entry = z.infer<typeof v3> & { readonly hosts?: Hosts | undefined };
export type V2Entry = z.infer<typeof v2>;
export type OutcomeEntry = z.infer<typeof outcome>;
