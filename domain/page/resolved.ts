import { languagesOf, type ReadIn, type Text } from '../locale.js';
import type { LastAnswer } from '../orders/state.js';
import { fill } from './texts.js';

/** The result of a person's resolution. */
const RESOLVED = {
  stood: {
    en: 'It stands: resolved as {as}. WeChat Pay said {said}.',
    zh: '认定已生效：认定为 {as}。微信支付的应答为 {said}。',
  },
  endedOtherwise: {
    en: 'It was not needed: by the answer of WeChat Pay, {said}, this ended as {ended}.',
    zh: '无需人工认定：依据微信支付的应答 {said}，已以 {ended} 了结。',
  },
  released: {
    en: 'It did not count: a person has stopped the watching meanwhile.',
    zh: '认定未生效：期间已有人停止跟踪。',
  },
  didNotStand: {
    en: 'It does NOT stand as {as}: WeChat Pay said {said}, which does not confirm it. Nothing has ended, and a person is still needed.',
    zh: '认定为 {as} 未生效：微信支付的应答为 {said}，不能证实。尚未了结，仍需人工处理。',
  },
} as const satisfies Record<string, Text>;

/** By how it has ended. Default: `endedOtherwise`. */
const WORDS: Readonly<Record<string, 'stood' | 'released'>> = { resolved: 'stood', released: 'released' };

/** A state in which a resolution was answered. */
interface Answered {
  readonly phase: string;
  readonly last: LastAnswer | null;
}

/** An order has its language with its input, a service order beside it. */
type Read = { readonly locale: ReadIn } | { readonly order: { readonly locale: ReadIn } };

/** The answer to `resolve`: what a program reads, and what a person does. */
export function resolveReply<Ended extends string>(
  state: Answered & Read & { readonly outcome?: { readonly ended: Ended } },
  as: string,
): { readonly ended: Ended | null; readonly said: string; readonly inWords: string } {
  const ended = state.phase === 'ended' ? (state.outcome?.ended ?? null) : null;
  const said = state.last?.said ?? 'nothing';
  const text = RESOLVED[ended === null ? 'didNotStand' : (WORDS[ended] ?? 'endedOtherwise')];
  const readIn = 'locale' in state ? state.locale : state.order.locale;
  const inWords = languagesOf(readIn, true).flatMap((locale) =>
    locale === undefined ? [] : fill(text, locale, { as, said, ended: ended ?? '' }),
  );
  return { ended, said, inWords: inWords.join(' ') };
}
