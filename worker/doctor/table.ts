import { LOCAL_CHECKS } from './table/local.js';
import { TEMPORAL_CHECKS } from './table/temporal.js';
import { WECHATPAY_CHECKS } from './table/wechatpay.js';

/** Every check, in the order in which they run, with its possible results. The documents are generated from it. */
export const CHECKS = { ...LOCAL_CHECKS, ...WECHATPAY_CHECKS, ...TEMPORAL_CHECKS } as const;

export type CheckName = keyof typeof CHECKS;

export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];
