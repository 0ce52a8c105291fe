import type { SignType } from '../../wechatpay/signature-v2.js';
import type { SandboxOptions } from '../sandbox/sandbox.js';
import type { Story } from './story-schema.js';

/** The merchants of the demo, by how they sign v2: a merchant signs all of it in one way. */
export const MERCHANTS = { 'HMAC-SHA256': '1900000109', MD5: '1900000209' } as const satisfies Record<SignType, string>;

/** Whose a story's order is. */
export function mchidOf(story: Story): string {
  const signType = 'outTradeNo' in story ? story.signType : undefined;
  return MERCHANTS[signType ?? 'HMAC-SHA256'];
}

/** A sandbox that has them. */
export const DEMO_SANDBOX = {
  wechatpayKeys: 'certificate',
  mchids: Object.values(MERCHANTS),
  v2SignTypes: Object.fromEntries(Object.entries(MERCHANTS).map(([signType, mchid]) => [mchid, signType as SignType])),
} satisfies SandboxOptions;
