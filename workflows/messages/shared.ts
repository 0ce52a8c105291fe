import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** The merchant number. */
export const merchantAttribute = defineSearchAttributeKey('WxpayMerchant', SearchAttributeType.KEYWORD);
/** What a list shows: see `visibleState` and `visibleServiceState` of `domain/`. */
export const stateAttribute = defineSearchAttributeKey('WxpayState', SearchAttributeType.KEYWORD);
/** Why a person is needed, while one is. */
export const reasonAttribute = defineSearchAttributeKey('WxpayReason', SearchAttributeType.KEYWORD);
/** From when on an unpaid order is closed, or a service order is due to be cancelled. */
export const deadlineAttribute = defineSearchAttributeKey('WxpayDeadline', SearchAttributeType.DATETIME);

/** Every search attribute that must be registered with the namespace. */
export const SEARCH_ATTRIBUTES = [merchantAttribute, stateAttribute, reasonAttribute, deadlineAttribute] as const;
