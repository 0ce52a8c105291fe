/** The merchants file, for a service that takes notifications itself: `wechatpay-order-lifecycle-client/merchants`. */
export { ConfigurationError, type ConfigurationFault } from './faults.js';
export { loadMerchants } from './file.js';
export type { ReadOptions } from './keys.js';
export type { MerchantsLogger } from './platform-certificates.js';
export { watchMerchants, type MerchantsWatch, type WatchOptions } from './watch.js';
export type { Sign } from '../remote-signer.js';
export type { Call } from '../../domain/call-policies.js';
export type { ErrorKind } from '../../domain/errors/table.js';
