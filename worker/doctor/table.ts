import { LOCAL_CHECKS } from './table/local.js';
import { TEMPORAL_CHECKS } from './table/temporal.js';
import { WECHATPAY_CHECKS } from './table/wechatpay.js';

/** Everything that is looked at, in this order, and all that can come of it. The documents come from here. */
export const CHECKS = { ...LOCAL_CHECKS, ...WECHATPAY_CHECKS, ...TEMPORAL_CHECKS } as const;

export type CheckName = keyof typeof CHECKS;

export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];
