import type { ResolveReply } from '../../client/index.js';
import { RESOLVED_AS } from '../../domain/payscore/state.js';
import { RESOLVED_AS as ORDER_ENDS } from '../../domain/page/texts-order.js';
import { fill } from '../../domain/page/texts.js';
import { UsageError } from '../../process/command-line.js';
import { type Desk, localTime, nameOf } from './desk.js';
import { MANY, SAID, USAGE } from './texts.js';
import type { Handle } from './which.js';
import { type Kind, KIND_NAMES } from './where.js';
import { stateWords } from './words.js';

/** The result of an action on one order. */
export interface Done {
  /** `ended`: it had ended before, so nothing was changed. `not-stood`: WeChat Pay contradicts a resolution. */
  readonly result: 'done' | 'ended' | 'not-stood';
  readonly words: string;
  /** The client's answer. */
  readonly answer: object;
}

/** What is done with one order, or with many. */
export interface Action<K extends Kind = Kind> {
  /** What it can be done with. */
  readonly kinds: readonly K[];
  /** What to ask before it is done with many. */
  readonly question: (desk: Desk, count: string) => string;
  readonly act: (of: Extract<Handle, { readonly kind: K }>, desk: Desk) => Promise<Done>;
}

export const RETRY: Action = {
  kinds: KIND_NAMES,
  question: ({ locale }, count) => fill(MANY.retry, locale, { count }),
  act: async ({ kind, handle }, { locale }) => {
    const answer = await handle.retry();
    const said = kind === 'delivery' ? SAID.redelivered : SAID.retried;
    return { result: 'done', words: fill(said, locale, { id: handle.workflowId }), answer };
  },
};

export function closeAction(replacedBy?: string): Action<'order'> {
  return {
    kinds: ['order'],
    question: ({ locale }, count) => fill(MANY.close, locale, { count }),
    act: async ({ handle }, { locale }) => {
      const answer = await handle.closeNow(replacedBy === undefined ? {} : { replacedBy });
      const id = handle.workflowId;
      if (answer.ended) return { result: 'ended', words: endedWords(id, answer, locale), answer };
      const closes = fill(SAID.closesAt, locale, { at: localTime(answer.closesAt) });
      return { result: 'done', words: `${id}:${closes}`, answer };
    },
  };
}

/** The words for an order that had ended before something was asked of it. */
export function endedWords(
  id: string,
  { outcome, endedAt, latePayment }: { outcome: { ended: string }; endedAt: string; latePayment: object | null },
  locale: Desk['locale'],
  rest: string = SAID.unchanged[locale],
): string {
  const state = stateWords(outcome.ended, locale);
  const late = latePayment === null ? '' : SAID.latePayment[locale];
  return fill(SAID.ended, locale, { id, state, at: localTime(endedAt) }) + rest + late;
}

/** How a person says that orders ended, as on the command line. */
export interface Resolving {
  readonly as: string;
  readonly note: string;
  readonly by?: string | undefined;
  readonly force?: boolean | undefined;
}

type OrderEnd = keyof typeof ORDER_ENDS;
type ServiceEnd = (typeof RESOLVED_AS)[number];

const isOrderEnd = (as: string): as is OrderEnd => Object.hasOwn(ORDER_ENDS, as);
const isServiceEnd = (as: string): as is ServiceEnd => RESOLVED_AS.some((each) => each === as);

/** Every end that a person can say. */
export const ENDS: readonly string[] = [...new Set([...Object.keys(ORDER_ENDS), ...RESOLVED_AS])];

/** @throws UsageError */
export async function resolveAction(desk: Desk, given: Resolving): Promise<Action<'order' | 'payscore'>> {
  const { as, note, force = false } = given;
  const kinds = [...(isOrderEnd(as) ? (['order'] as const) : []), ...(isServiceEnd(as) ? (['payscore'] as const) : [])];
  if (kinds.length === 0)
    throw new UsageError(fill(USAGE.as, desk.locale, { values: ENDS.join(', '), text: JSON.stringify(as) }));
  const by = await nameOf(desk, given.by);
  const words = stateWords(as, desk.locale);
  return {
    kinds,
    question: ({ locale }, count) => fill(MANY.resolve, locale, { count, as: words, by }),
    act: async (of, { locale }) => {
      const rest = { note, by, force };
      const answer =
        of.kind === 'order'
          ? await of.handle.resolve({ as: as as OrderEnd, ...rest })
          : await of.handle.resolve({ as: as as ServiceEnd, ...rest });
      return { ...resolvedAs(as, answer, of.handle.workflowId, locale), answer };
    },
  };
}

function resolvedAs(
  as: string,
  { ended, said }: Pick<ResolveReply, 'said'> & { readonly ended: string | null },
  id: string,
  locale: Desk['locale'],
): Pick<Done, 'result' | 'words'> {
  const words = { id, as: stateWords(as, locale), said, state: stateWords(ended, locale) };
  if (ended === 'resolved') return { result: 'done', words: fill(SAID.resolved, locale, words) };
  if (ended === as) return { result: 'done', words: fill(SAID.confirmed, locale, words) };
  const why = ended === null ? SAID.notStood : SAID.endedOtherwise;
  return { result: 'not-stood', words: fill(why, locale, words) };
}
