import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';

// What `@temporalio/workflow` and `@temporalio/common` define in the same way: the client's package has neither.

export const defineSignal = <Args extends unknown[]>(name: string) =>
  ({ type: 'signal', name }) as SignalDefinition<Args>;

export const defineQuery = <Result, Args extends unknown[] = []>(name: string) =>
  ({ type: 'query', name }) as QueryDefinition<Result, Args>;

export const defineUpdate = <Result, Args extends unknown[] = []>(name: string) =>
  ({ type: 'update', name }) as UpdateDefinition<Result, Args>;

/** A word in a visibility query. It must not contain a quote: our own words do not, and numbers and names are checked before. */
export function quoted(word: string): string {
  return `'${word}'`;
}

/** Several words in a visibility query, for `IN`. */
export function listOf(words: readonly string[]): string {
  return `(${words.map(quoted).join(', ')})`;
}

const keyword = (name: string) => ({ name, type: 'KEYWORD' }) as const;

/** The merchant number. */
export const merchantAttribute = keyword('WxpayMerchant');
/** What a list shows: see `visibleState` and `visibleServiceState` of `domain/`. */
export const stateAttribute = keyword('WxpayState');
/** Why a person is needed, while one is. */
export const reasonAttribute = keyword('WxpayReason');
/** From when on an unpaid order is closed, or a service order is due to be cancelled. */
export const deadlineAttribute = { name: 'WxpayDeadline', type: 'DATETIME' } as const;

/** Every search attribute that must be registered with the namespace. */
export const SEARCH_ATTRIBUTES = [merchantAttribute, stateAttribute, reasonAttribute, deadlineAttribute] as const;
