import type { SaidOfOrder, SaidOfServiceOrder } from '../../wechatpay/notification.js';

/** What a verified notification says, and nothing else of it: neither the payer nor the attached data. */
export type NotificationFact = PaymentFact | ServiceOrderFact;

/** An order was paid. */
export type PaymentFact = SaidOfOrder;

/** The user confirmed a PayScore service order, or paid it. */
export type ServiceOrderFact = SaidOfServiceOrder;

/**
 * Where a fact has come to.
 *
 * - `signalled`: the workflow of the order has it; where there was none, it was started with it
 * - `late`: the order had ended otherwise, so the workflow `late/…` has it
 * - `known`: the order had ended with this very payment, so there is nothing to do
 * - `unwatched`: nobody watches the service order; whoever starts to, asks WeChat Pay first
 */
export type Delivered = 'signalled' | 'late' | 'known' | 'unwatched';

/**
 * Hands a fact to Temporal. Returns only when Temporal has it; the same fact twice is the same as once.
 *
 * @throws whatever keeps Temporal from having it: WeChat Pay must be told to send the notification again
 */
export type DeliverNotification = (fact: NotificationFact) => Promise<Delivered>;
