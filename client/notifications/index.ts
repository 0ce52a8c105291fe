/** Receives WeChat Pay's notifications: `wechatpay-order-lifecycle-client/notifications`. */
export {
  createNotificationReceiver,
  type NotificationReceiver,
  type NotificationReceiverOptions,
  type ReceivedNotification,
} from './receiver.js';
export { honoHandler, webHandler, type HandlerOptions, type HonoContext } from './web.js';
export { expressHandler, nodeHandler, type ExpressRequest, type NodeRequest, type NodeResponse } from './node.js';
export { fastifyPlugin, type FastifyLike, type FastifyPluginOptions } from './fastify.js';
export {
  NOTIFICATION_OUTCOMES,
  type AnswerKind,
  type NotificationEvent,
  type NotificationForm,
  type NotificationOutcome,
} from './outcomes.js';
export { MAX_NOTIFICATION_BYTES } from './limits.js';
export type { NotifiedAt } from './request.js';
export type { RequestBody, RequestHeaders } from '../http/request.js';
export type { NotificationAnswer } from './answers.js';
export type { Delivered, DeliverNotification, NotificationFact, PaymentFact, ServiceOrderFact } from './outcomes.js';
export type { Merchant, MerchantList, V2Access, V3Access } from '../../wechatpay/merchant.js';
