import type { OrderClient, ServiceOrderClient } from '../../client/index.js';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.js';
import type { Ending } from './story-clock.js';
import type { Story } from './story-schema.js';
import type { SignType } from '../../wechatpay/signature-v2.js';
import type { OrderKey } from '../sandbox/orders.js';
import type { ServiceOrderKey } from '../sandbox/service-orders.js';

/** What every story needs. */
export interface DemoContext {
  /** The suffix of every number, so that a demo can be played again on the same server. */
  readonly run: string;
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  /** Where the notifications go. */
  readonly notifyUrl: string;
  /** Where the merchants file is. */
  readonly folder: string;
  /** Prints what a shopper, a checkout or an operator did. */
  readonly tell: (number: string, text: string) => void;
}

/** A story, and how its order or service order ended. */
export interface Played extends Ending {
  readonly story: Story;
  /** As the audit names it. */
  readonly key: string;
}

/** A number of the file, with the suffix of this run. */
export function inRun(number: string, { run }: Pick<DemoContext, 'run'>): string {
  return `${number}-${run}`;
}

/** The merchants of the demo, by how they sign v2: a merchant signs all of it in one way. */
export const MERCHANTS = { 'HMAC-SHA256': '1900000109', MD5: '1900000209' } as const satisfies Record<SignType, string>;

/** The merchant of a story's order. */
export function mchidOf(story: Story): string {
  const signType = 'outTradeNo' in story ? story.signType : undefined;
  return MERCHANTS[signType ?? 'HMAC-SHA256'];
}

/** The options of a sandbox with these merchants. */
export const DEMO_SANDBOX = {
  wechatpayKeys: 'certificate',
  mchids: Object.values(MERCHANTS),
  v2SignTypes: Object.fromEntries(Object.entries(MERCHANTS).map(([signType, mchid]) => [mchid, signType as SignType])),
} satisfies SandboxOptions;

/** WeChat Pay waits for 15 s and more before it sends a notification again; the demo does not. Milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];

/** Posts the notification of an order to its receiver, signed and encrypted, until it is taken. @throws Error if it is not */
export async function notify(
  key: OrderKey | ServiceOrderKey,
  { sandbox, notifyUrl }: Pick<DemoContext, 'sandbox' | 'notifyUrl'>,
): Promise<void> {
  if (await sandbox.notifyUntilTaken(key, { url: notifyUrl, pauses: PAUSES })) return;
  throw new Error('the receiver did not take the notification');
}
