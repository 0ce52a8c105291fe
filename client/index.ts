/** What a checkout service imports. */
export { OrderClient, type OrderClientOptions, type StartedOrder } from './order-client.js';
export { OrderHandle } from './order-handle.js';
export type { CheckedOrder, EndedOrder, PaymentAfterEnd, ReportedPlacement, RequestedClose } from './ended-order.js';
export { LatePaymentHandle } from './late-payment-handle.js';
export { DeliveryHandle } from './delivery-handle.js';
export { OutcomeFeed, type FeedPage, type OutcomeFeedOptions } from './feed.js';
export type { FeedPageOptions, FeedPosition } from './feed-cursor.js';
export type { UnwatchedOrder } from './feed-entries.js';
export { NotificationDelivery } from './notification-delivery.js';
export type {
  Delivered,
  DeliverNotification,
  NotificationFact,
  PaymentFact,
  ServiceOrderFact,
} from './notifications/outcomes.js';
export { ServiceOrderClient, type RequestedCancel } from './service-order-client.js';
export { ServiceOrderHandle, type ServiceOrderKey } from './service-order-handle.js';
export {
  AlreadyEndedError,
  CallFailedError,
  InvalidOrderError,
  isOrderClientError,
  NoOutcomeError,
  NoServerError,
  NoWorkerError,
  OrderNotFoundError,
  OtherEncodingError,
  type OrderClientError,
} from './errors.js';
export type { Fault } from '../domain/validation.js';
export type { ServiceOrderInput } from '../domain/payscore/input.js';
export type { CancelRequestInput, CancelWhen } from '../domain/payscore/requests.js';
export type { TimingInput } from '../domain/timing.js';
export type { Duration, Instant } from '../domain/time.js';
export type { Locale, LocaleInput, ReadIn } from '../domain/locale.js';
export type { Amount, MerchantRef, OrderApi, OrderInput, OrderNumber, OrderRef } from '../domain/orders/order.js';
export type { LateOutcome, LateReason, LateRecord, LateState } from '../domain/late/state.js';
export type { EventType, OutcomeEvent } from '../domain/outcome/event.js';
export type { DeliveryFailure, DeliveryOutcome, DeliveryReason, Undelivered } from '../domain/outcome/state.js';
export type { OrderAnswer } from '../domain/calls.js';
export type { LastAnswer, OrderState, Outcome, PaymentNotification, Resolution } from '../domain/orders/state.js';
export type { Cancellable } from '../domain/payscore/write.js';
export type {
  KeptReason,
  Resolution as ServiceResolution,
  ServiceOrderNotification,
  ServiceOutcome,
  ServicePhaseName,
} from '../domain/payscore/state.js';
export type { ServiceOrderRef, ServiceOrderTiming } from '../domain/payscore/order.js';
export type { LateResult, LateView, RecordRequest } from '../workflows/messages/late.js';
export type { DeliveryView, GiveUpRequest } from '../workflows/messages/outcome.js';
export type {
  CloseNowRequest,
  ClosesAt,
  ExtendRequest,
  OrderView,
  PlacementFailedRequest,
  ResolveReply,
  ResolveRequest,
} from '../workflows/messages/orders.js';
export type {
  CancelTaken,
  ResolveServiceReply,
  ResolveServiceRequest,
  ServiceOrderView,
} from '../workflows/messages/payscore.js';
