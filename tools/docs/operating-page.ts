import type { Text } from '../../domain/locale.js';
import type { Resolution } from '../../domain/orders/state.js';
import { OFFERS } from '../../domain/page/texts.js';
import type { ResolvedAs } from '../../domain/payscore/state.js';
import { code, jsonBlock, table } from './markdown.js';

/** An update that a person may send, with an example of its input. */
export type Send = readonly [update: 'retry' | 'resolve' | 'record' | 'giveUp', input: object];

export const RETRY: Send = ['retry', {}];

export function resolve(as: Resolution['as'] | ResolvedAs, force?: true): Send {
  return ['resolve', { as, note: OFFERS.note.en, by: OFFERS.by.en, ...(force && { force }) }];
}

/** The states, for operators: what each means, and what to do. */
export function statesToAct(all: Readonly<Record<string, readonly [string, string]>>): string {
  return table(
    ['`WxpayState`', 'what it means', 'what to do'],
    Object.entries(all).map(([state, [means, toDo]]) => [code(state), means, toDo]),
  );
}

/** Why a person is needed: what the person reads, and what they send. */
export function reasonsToAct(
  texts: Readonly<Record<string, Text>>,
  sends: Readonly<Record<string, readonly Send[]>>,
  heading = '####',
): string {
  const sections = Object.entries(texts).map(([reason, { en, zh }]) => {
    const updates = (sends[reason] ?? []).map(([update, input]) => `${code(update)}\n\n${jsonBlock(input)}`);
    const parts = [
      `${heading} ${code(reason)}`,
      withAmount(en),
      withAmount(zh),
      `Then send ${updates.join('\n\nor ')}`,
    ];
    return [...parts, commandFor(reason, sends[reason] ?? [])].join('\n\n');
  });
  return sections.join('\n\n');
}

/** The command that settles all orders with a reason: at once, or one by one if a person must look at each. */
function commandFor(reason: string, sends: readonly Send[]): string {
  const isRetried = sends[0]?.[0] === 'retry';
  const settles = isRetried ? 'settles all of them' : 'lists them, to be settled one by one';
  return `${code(`wechatpay-orders orders ${isRetried ? 'retry' : 'list'} --where 'reason=${reason}'`)} ${settles}.`;
}

/** A text of a reason, with an example for its amount. */
function withAmount(text: string): string {
  return text.replace('{amount}', 'HKD 8.88');
}
