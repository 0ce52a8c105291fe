import type { OrderKey } from '../sandbox/orders.js';
import type { ServiceOrderKey } from '../sandbox/service-orders.js';
import type { DemoContext } from './context.js';

/** WeChat Pay waits for 15 s and more before it sends a notification again; the demo does not. Milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];

/** Posts the notification of an order to its receiver, signed and encrypted, until it is taken. @throws Error where it is not */
export async function notify(
  key: OrderKey | ServiceOrderKey,
  { sandbox, notifyUrl }: Pick<DemoContext, 'sandbox' | 'notifyUrl'>,
): Promise<void> {
  if (await sandbox.notifyUntilTaken(key, { url: notifyUrl, pauses: PAUSES })) return;
  throw new Error('the receiver did not take the notification');
}
