import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MerchantList, NotificationFact } from '../../../client/notifications/index.js';
import { buildXml, parseXml } from '../../../wechatpay/xml.js';
import { holdsAsync } from '../../support/property.js';
import { listOf, merchant, newTestReceiver, SIGNATURE_HEADERS, v2Notification, v3Notification } from './fixtures.js';

let merchants: MerchantList;
beforeAll(async () => {
  merchants = listOf(await merchant());
});

/** Where, as a share of the length, and which bits. */
const flip = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  bits: fc.integer({ min: 1, max: 255 }),
});

function flipped(bytes: Uint8Array, { at, bits }: { at: number; bits: number }): Buffer {
  const copy = Buffer.from(bytes);
  const index = Math.floor(at * copy.length);
  copy[index] = (copy[index] ?? 0) ^ bits;
  return copy;
}

async function factOf(body: Uint8Array, headers: Record<string, string>): Promise<NotificationFact | undefined> {
  const { receiver, facts } = newTestReceiver(merchants);
  const { fact, answer } = await receiver.receive(body, headers);
  if (fact === undefined) expect([400, 200]).toContain(answer.status);
  expect(facts).toHaveLength(fact === undefined ? 0 : 1);
  return fact;
}

describe('a notification that was changed on its way', () => {
  it('is no fact: v3, any byte of its body', async () => {
    const { headers, body } = await v3Notification();
    expect(await factOf(body, headers)).toBeDefined();
    await holdsAsync(
      fc.asyncProperty(flip, async (change) => {
        expect(await factOf(flipped(body, change), headers)).toBeUndefined();
      }),
    );
  });

  it('is no fact: v3, any character of its signature headers', async () => {
    const { headers, body } = await v3Notification();
    await holdsAsync(
      fc.asyncProperty(fc.constantFrom(...SIGNATURE_HEADERS), flip, async (name, change) => {
        const value = flipped(Buffer.from(headers[name] ?? ''), change).toString('latin1');
        expect(await factOf(body, { ...headers, [name]: value })).toBeUndefined();
      }),
    );
  });

  it('is no fact: v3, any bit of ciphertext and tag, even if WeChat Pay had signed it', async () => {
    const { body } = await v3Notification();
    const { resource } = JSON.parse(body.toString()) as { resource: { ciphertext: string } };
    const bytes = Buffer.from(resource.ciphertext, 'base64');
    await holdsAsync(
      fc.asyncProperty(flip, async (change) => {
        const ciphertext = flipped(bytes, change).toString('base64');
        const notification = await v3Notification({ encrypted: { ...resource, ciphertext } });
        expect(await factOf(notification.body, notification.headers)).toBeUndefined();
      }),
      300,
    );
  });

  it('is no fact, or the same one: v2, any byte', async () => {
    const { headers, body } = v2Notification();
    const fact = await factOf(body, headers);
    await holdsAsync(
      fc.asyncProperty(flip, async (change) => {
        // White space between the fields is not signed, and says nothing.
        const read = await factOf(flipped(body, change), headers);
        if (read !== undefined) expect(read).toEqual(fact);
      }),
    );
  });

  it('is no fact: v2, any character of any value', async () => {
    const { headers, body } = v2Notification();
    const fields = parseXml(body);
    if ('fault' in fields) throw new Error(fields.fault);
    await holdsAsync(
      fc.asyncProperty(fc.constantFrom(...fields.keys()), flip, async (name, change) => {
        const letter = String.fromCharCode(0x30 + (change.bits % 10));
        const value = fields.get(name) ?? '';
        const at = Math.floor(change.at * value.length);
        fc.pre(value[at] !== letter);
        const changed = new Map(fields).set(name, value.slice(0, at) + letter + value.slice(at + 1));
        expect(await factOf(Buffer.from(buildXml(changed)), headers)).toBeUndefined();
      }),
    );
  });
});
