/** The merchants file, for who takes notifications in a service of his own: `wechatpay-order-lifecycle/merchants`. */
export { ConfigurationError } from './faults.js';
export { loadMerchants } from './file.js';
export type { ReadOptions } from './keys.js';
export type { MerchantsLogger } from './platform-certificates.js';
export { watchMerchants, type MerchantsWatch, type WatchOptions } from './watch.js';
export type { Sign } from '../remote-signer.js';
