/** What a checkout service imports. */
export { OrderClient, type OrderClientOptions, type StartedOrder } from './order-client.js';
export { OrderHandle } from './order-handle.js';
export { LatePaymentHandle } from './late-payment-handle.js';
export { NotificationDelivery } from './notification-delivery.js';
export type {
  Delivered,
  DeliverNotification,
  NotificationFact,
  PaymentFact,
  ServiceFact,
} from './notifications/facts.js';
export { ServiceOrderClient, type RequestedCancel } from './service-order-client.js';
export { ServiceOrderHandle, type ServiceOrderKey } from './service-order-handle.js';
export {
  AlreadyEndedError,
  InvalidOrderError,
  isOrderClientError,
  NoOutcomeError,
  NoServerError,
  NoWorkerError,
  OrderNotFoundError,
  type OrderClientError,
} from './errors.js';
export type { Fault } from '../domain/check.js';
export type { CancelRequestInput, CancelWhen, ServiceOrderInput } from '../domain/payscore/check.js';
export type { Locale } from '../domain/locale.js';
export type {
  Amount,
  MerchantRef,
  OrderApi,
  OrderInput,
  OrderNumber,
  OrderRef,
  TimingInput,
} from '../domain/orders/order.js';
export type { LateOutcome, LateReason } from '../domain/late/state.js';
export type { LastAnswer, Outcome, PaymentNotification } from '../domain/orders/state.js';
export type { Cancellable, KeptReason, ServiceNotification, ServiceOutcome } from '../domain/payscore/state.js';
export type { ServiceOrderRef } from '../domain/payscore/service-order.js';
export type { LateResult, LateView, RecordRequest } from '../workflows/late-messages.js';
export type {
  CloseNowRequest,
  ClosesAt,
  ExtendRequest,
  OrderView,
  ResolveReply,
  ResolveRequest,
} from '../workflows/messages.js';
export type {
  CancelTaken,
  ResolveServiceReply,
  ResolveServiceRequest,
  ServiceOrderView,
} from '../workflows/payscore-messages.js';
