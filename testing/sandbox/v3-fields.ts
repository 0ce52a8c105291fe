import { z } from 'zod';
import { NO_AUTH, paramError, refusal, Refusal, type Detail } from './answers.js';
import type { Owner } from './orders.js';

/** Who places, queries or closes: the merchant itself, or an institution or partner for a sub-merchant. */
export type Mode = 'direct' | 'partner';

/** The form of a merchant number. It is not the product's own pattern, so that the sandbox does not share the product's faults. */
export const MCHID = /^\d{1,32}$/;
const merchantNumber = z.string().regex(MCHID);
const direct = z.object({ mchid: merchantNumber });
const partner = z.object({ sp_mchid: merchantNumber, sub_mchid: merchantNumber });

/**
 * Reads some fields of a request.
 *
 * @throws Refusal with PARAM_ERROR for the first that is wrong
 */
export function fieldsOf<T extends z.ZodType>(schema: T, source: unknown, location: Detail['location']): z.infer<T> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  const field = location === 'body' ? `/${path.join('/')}` : path.join('.');
  throw new Refusal(paramError({ field, value: valueAt(source, path), issue: issue?.message ?? '', location }));
}

/** The JSON of a body; `undefined`, which no schema accepts, if it is not JSON. */
export function jsonOf(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

/** A field of an unchecked request, for the ledger. */
export function textAt(source: unknown, field: string): string | undefined {
  const value = typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The mode of a request on a path that serves both (S0). */
export function modeOf(source: unknown): Mode {
  return textAt(source, 'sp_mchid') === undefined ? 'direct' : 'partner';
}

/** @throws Refusal if the fields are not those of the signer (PROTOCOL: the mchid of the header and of the body are one) */
export function ownerOf(source: unknown, mode: Mode, signer: string, location: 'body' | 'query'): Owner {
  const owner =
    mode === 'direct'
      ? { mchid: fieldsOf(direct, source, location).mchid }
      : subOwner(fieldsOf(partner, source, location));
  if (owner.mchid !== signer) throw new Refusal(NO_AUTH);
  return owner;
}

function subOwner(fields: z.infer<typeof partner>): Owner {
  return { mchid: fields.sp_mchid, subMchid: fields.sub_mchid };
}

const ANY_NUMBER = /^[0-9A-Za-z_\-|*]{1,32}$/;
const MAINLAND_NUMBER = /^[0-9A-Za-z_\-|*]{6,32}$/;

/** @throws Refusal if it is not a number that this API takes: the mainland wants six characters or more */
export function checkNumber(field: string, value: string, api: 'v3-global' | 'v3' | 'payscore'): void {
  const fits = (api === 'v3' ? MAINLAND_NUMBER : ANY_NUMBER).test(value);
  if (!fits) throw new Refusal(paramError({ field, value, issue: 'Not in line with the pattern', location: 'url' }));
}

export const REQUIRE_POST_METHOD = refusal(405, 'REQUIRE_POST_METHOD', 'Use the POST method.');

function valueAt(source: unknown, path: readonly string[]): string {
  let value = source;
  for (const step of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 256);
}

/** The same text for the same parameters, in whatever order they come. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
