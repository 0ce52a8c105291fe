/** Receives WeChat Pay's notifications: `wechatpay-order-lifecycle/notifications`. */
export {
  createNotificationReceiver,
  type NotificationReceiver,
  type NotificationReceiverOptions,
  type ReceivedNotification,
} from './receiver.js';
export { webHandler, type HandlerOptions } from './web.js';
export { nodeHandler, type NodeRequest, type NodeResponse } from './node.js';
export { expressHandler, type ExpressRequest } from './node.js';
export { fastifyPlugin, type FastifyLike, type FastifyPluginOptions } from './fastify.js';
export { honoHandler, type HonoContext } from './web.js';
export {
  NOTIFICATION_OUTCOMES,
  type AnswerKind,
  type NotificationEvent,
  type NotificationForm,
  type NotificationOutcome,
} from './outcomes.js';
export { MAX_NOTIFICATION_BYTES } from './limits.js';
export type { NotifiedAt } from './request.js';
export type { NotificationAnswer } from './answers.js';
export type { NotificationHeaders } from './request.js';
export type { NotificationBody } from './request.js';
export type { Delivered, DeliverNotification, NotificationFact, PaymentFact, ServiceOrderFact } from './outcomes.js';
export type { Merchant, MerchantList, V2Access, V3Access } from '../../wechatpay/merchant.js';
