import type { Payload, PayloadCodec } from '@temporalio/common';

type Owner = Parameters<PayloadCodec['decode']>[1];

/** What the bytes are mixed with, so that nobody reads them without the codec. */
const MASK = 0x5a;

/**
 * A codec that binds what it encodes to its owner, as one that encrypts with associated data does: it decodes only for the
 * same workflow, or for the same activity.
 */
export const OWNED_CODEC: PayloadCodec = {
  encode: (payloads, owner) => Promise.resolve(payloads.map((payload) => encoded(payload, nameOf(owner)))),
  // What it throws rejects the promise, as with a codec that asks somebody for a key.
  decode: (payloads, owner) => Promise.resolve().then(() => payloads.map((each) => decoded(each, nameOf(owner)))),
};

function nameOf(owner: Owner): string {
  return owner === undefined ? 'nobody' : `${owner.type} of ${owner.workflowId ?? 'nobody'}`;
}

function encoded({ metadata, data }: Payload, owner: string): Payload {
  const kept = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const text = JSON.stringify({ owner, metadata: kept, data: Buffer.from(data ?? []).toString('base64') });
  return { metadata: { encoding: Buffer.from('test/owned') }, data: Buffer.from(text).map((byte) => byte ^ MASK) };
}

function decoded(payload: Payload, owner: string): Payload {
  const { metadata, data } = payload;
  if (Buffer.from(metadata?.['encoding'] ?? []).toString() !== 'test/owned') return payload;
  const text = Buffer.from(Buffer.from(data ?? []).map((byte) => byte ^ MASK)).toString();
  const kept = JSON.parse(text) as { owner: string; metadata: [string, string][]; data: string };
  if (kept.owner !== owner) throw new Error(`it was encoded for the ${kept.owner}, and not for the ${owner}`);
  const fields = kept.metadata.map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  return {
    metadata: Object.fromEntries(fields) as NonNullable<Payload['metadata']>,
    data: Buffer.from(kept.data, 'base64'),
  };
}
