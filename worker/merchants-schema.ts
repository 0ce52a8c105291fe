import { z } from 'zod';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Requests are signed, not secret; still, only a server on the same machine is spoken to in the clear. */
function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search } = new URL(text);
  const isOrigin = pathname === '/' && search === '';
  return isOrigin && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

const file = z.string().min(1, 'must be the path of a file, relative to the merchants file');
const mchid = z.string().regex(/^\d{1,32}$/, 'must be a merchant number of 1 to 32 digits, in quotes');
const host = z
  .string()
  .refine(isSafeOrigin, 'must be an origin such as https://apihk.mch.weixin.qq.com; plain http only to loopback')
  .transform((text) => new URL(text).origin)
  .optional();

const v3 = z.strictObject({
  host,
  certificateSerial: z
    .string()
    .regex(/^[0-9A-Fa-f]{8,64}$/, "must be the serial number of the merchant's certificate, in hexadecimal, in quotes"),
  privateKeyFile: file,
  apiV3KeyFile: file.optional(),
  wechatpayKeys: z
    .array(z.strictObject({ serial: z.string().min(1), file }))
    .min(1, "must name at least one of WeChat Pay's keys, or no answer can be believed"),
});

const v2 = z.strictObject({
  host,
  keyFile: file,
  signType: z.enum(['MD5', 'HMAC-SHA256'], { error: "must be 'MD5' or 'HMAC-SHA256', as at placement" }).default('MD5'),
});

const merchant = z
  .strictObject({
    mchid: mchid.optional(),
    spMchid: mchid.optional(),
    appids: z.array(z.string().regex(/^[0-9A-Za-z_-]{1,32}$/, 'must be an appid')).default([]),
    timeZone: z.string().refine(isTimeZone, 'must be a time zone such as Asia/Hong_Kong').optional(),
    v3: v3.optional(),
    v2: v2.optional(),
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
export const merchantsSchema = z.strictObject({
  merchants: z.array(merchant).min(1, 'must name at least one merchant'),
});

export type MerchantEntry = z.infer<typeof merchant>;
export type V3Entry = z.infer<typeof v3>;
export type V2Entry = z.infer<typeof v2>;
