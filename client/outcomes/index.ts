/** Takes what the worker tells a checkout: `wechatpay-order-lifecycle-client/outcomes`. */
export { type OutcomeSecrets, verifyOutcome } from './verify.js';
export { isNewer, type UnknownOutcome, type VerifiedOutcome } from './event.js';
export {
  InvalidOutcomeError,
  type InvalidOutcomeReason,
  isOutcomeError,
  type OutcomeError,
  OutcomeSecretsError,
} from './errors.js';
export {
  outcomeHandler,
  outcomeHonoHandler,
  outcomePlugin,
  type OutcomePluginOptions,
  outcomeWebHandler,
} from './adapters.js';
export type { OutcomeOptions, ReceivedOutcome } from './receiver.js';
export { OUTCOME_RESULTS, type OutcomeResult } from './results.js';
export { MAX_BODY_BYTES as MAX_OUTCOME_BYTES, type RequestHeaders } from '../http/request.js';
export {
  EVENT_TYPES,
  type EventContent,
  type EventOrder,
  type EventServiceOrder,
  type EventType,
  type OutcomeEvent,
} from '../../domain/outcome/event.js';
