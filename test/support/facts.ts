import { vi } from 'vitest';
import type { Amount, LatePaymentHandle, PaymentFact } from '../../client/index.js';
import { AMOUNT } from './world.js';

/** The fact that a verified notification of these tests reports. */
export function factOf(
  { mchid, outTradeNo }: { readonly mchid: string; readonly outTradeNo: string },
  transactionId = '4200000001',
  amount: Amount = AMOUNT,
): PaymentFact {
  const payment = { transactionId, amount, paidAt: '2026-03-02T12:01:00Z' };
  return { of: 'order', api: 'v3-global', notification: { order: { mchid, outTradeNo }, ...payment } };
}

/** So many times the same. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** A person's record of a refund. */
export const REFUND = { as: 'refunded', note: 'refund R1', by: 'Mei' } as const;

/** Waits until a person is asked about a late payment. */
export async function needsAttention(late: LatePaymentHandle) {
  await vi.waitUntil(async () => (await late.state()).phase === 'needsAttention', { timeout: 60_000, interval: 20 });
  return late.state();
}
