// What a checkout does, as every cell compiles and runs it: an order is started at a real server, what is forged
// is refused, and the merchants file is read.
import { Client, Connection } from '@temporalio/client';
import { isOrderClientError, OrderClient, type StartedOrder } from 'wechatpay-order-lifecycle-client';
import { createNotificationReceiver, type NotificationReceiver } from 'wechatpay-order-lifecycle-client/notifications';
import { isOutcomeError, verifyOutcome, type VerifiedOutcome } from 'wechatpay-order-lifecycle-client/outcomes';
import { readMerchants } from './merchants.js';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

export async function checkout(address: string, outTradeNo: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const orders = new OrderClient(new Client({ connection }));
    const order = { api: 'v3', mchid: '1900000109', outTradeNo, amount: { total: 1, currency: 'CNY' } } as const;
    const started: StartedOrder = await orders.start({ ...order, payWithin: '15m' });
    const refused: unknown = await orders.start({ ...order, payWithin: 'soon' }).catch((error: unknown) => error);
    if (!isOrderClientError(refused) || refused.code !== 'invalid-order') throw new Error('a wrong order was taken');
    await refuseForgeries();
    await readMerchants();
    return started.handle.workflowId;
  } finally {
    await connection.close();
  }
}

async function refuseForgeries(): Promise<void> {
  const receiver: NotificationReceiver = createNotificationReceiver({
    merchants: { all: () => [], find: () => undefined },
    deliver: () => Promise.resolve('signalled'),
  });
  const { answer } = await receiver.receive('{}', { 'content-type': 'application/json' });
  if (answer.status < 400) throw new Error('a forged notification was taken');
  try {
    const event: VerifiedOutcome = verifyOutcome('{}', {}, SECRET);
    throw new Error(`a forged outcome was taken: ${event.id}`);
  } catch (error) {
    if (!isOutcomeError(error)) throw error;
  }
}
