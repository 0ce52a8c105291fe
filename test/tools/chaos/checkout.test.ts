import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeEvent } from '../../../domain/outcome/event.js';
import { type Away, Checkout, WAYS_TO_BE_AWAY } from '../../../tools/chaos/checkout.js';
import { webhookSigner } from '../../../wechatpay/webhook-signature.js';
import { postEvent, type PostResult } from '../../../wechatpay/webhook.js';

let checkout: Checkout;

beforeAll(async () => {
  checkout = await Checkout.start();
});

afterAll(() => checkout.close());

const TIMEOUT_MS = 300;

function tell(id: string, secret = checkout.secret): Promise<PostResult> {
  const endpoint = {
    url: new URL(checkout.url),
    key: '0123456789ab',
    wants: () => true,
    sign: webhookSigner([secret]),
  };
  return postEvent(endpoint, { id } as OutcomeEvent, TIMEOUT_MS);
}

/** The client may still have the connection that was cut. */
const SAID: Readonly<Record<Away, RegExp>> = {
  failing: /^HTTP_500$/,
  hanging: /^no answer within/,
  unreachable: /^ECONN/,
};

describe('the checkout of a storm', () => {
  it('takes a post that the library verifies', async () => {
    expect(await tell('evt_1')).toEqual({ ok: true });
    expect(checkout.posts.at(-1)).toMatchObject({ id: 'evt_1', body: '{"id":"evt_1"}', isTaken: true, fault: null });
  });

  it('takes no post with a signature of another secret, and says why', async () => {
    expect(await tell('evt_2', `whsec_${Buffer.alloc(32).toString('base64')}`)).toMatchObject({ said: 'HTTP_500' });
    expect(checkout.posts.at(-1)).toMatchObject({ id: 'evt_2', isTaken: false });
    expect(checkout.posts.at(-1)?.fault).toContain('No matching signature');
  });

  it.each(WAYS_TO_BE_AWAY)('takes nothing while it is away (%s), and then is there again', async (how) => {
    const taken = (): number => checkout.posts.filter(({ isTaken }) => isTaken).length;
    const before = taken();
    await checkout.leave(how);
    expect(await tell(`evt_${how}`)).toMatchObject({ ok: false, said: expect.stringMatching(SAID[how]) as string });
    await checkout.comeBack();
    expect(taken()).toBe(before);
    expect(await tell(`evt_${how}`)).toEqual({ ok: true });
  });
});
