/** What a checkout service imports. */
export { OrderClient, type OrderClientOptions, type StartedOrder } from './order-client.js';
export { OrderHandle } from './order-handle.js';
export {
  AlreadyEndedError,
  InvalidOrderError,
  isOrderClientError,
  NoOutcomeError,
  OrderNotFoundError,
  type OrderClientError,
} from './errors.js';
export type { Fault } from '../domain/check.js';
export type { Amount, MerchantRef, OrderApi, OrderInput, OrderNumber, OrderRef } from '../domain/order.js';
export type { LastAnswer, Outcome, PaymentNotice } from '../domain/order-state.js';
export type { CloseNowReply, CloseNowRequest, OrderView } from '../workflows/messages.js';
