/** What takes WeChat Pay's notices: `wechatpay-order-lifecycle/notices`. */
export {
  createNoticeReceiver,
  type NoticeReceiver,
  type NoticeReceiverOptions,
  type ReceivedNotice,
  type ReceiveOptions,
} from './receiver.js';
export { webHandler, type HandlerOptions } from './web.js';
export { nodeHandler, type NodeRequest, type NodeResponse } from './node.js';
export { expressHandler, type ExpressRequest } from './express.js';
export { fastifyPlugin, type FastifyLike, type FastifyPluginOptions } from './fastify.js';
export { honoHandler, type HonoContext } from './hono.js';
export { NOTICE_OUTCOMES, type AnswerKind, type NoticeEvent, type NoticeForm, type NoticeOutcome } from './outcomes.js';
export { MAX_NOTICE_BYTES } from './limits.js';
export type { NoticeAnswer } from './answers.js';
export type { NoticeHeaders } from './headers.js';
export type { NoticeBody } from './read-body.js';
export type { Delivered, DeliverNotice, NoticeFact, PaymentFact, ServiceFact } from './facts.js';
export type { Merchant, MerchantList, V2Access, V3Access } from '../../wechatpay/merchant.js';
