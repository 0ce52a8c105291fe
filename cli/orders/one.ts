import { randomUUID } from 'node:crypto';
import type { Cancellable, RecordRequest } from '../../client/index.js';
import { fill } from '../../domain/page/texts.js';
import type { Action, Done } from './actions.js';
import { endedWords } from './actions.js';
import { type Desk, localTime, momentGiven, nameOf } from './desk.js';
import { SAID } from './texts.js';
import { stateWords } from './words.js';

/** An action on one order only. */
type One<K extends Action['kinds'][number]> = Pick<Action<K>, 'kinds' | 'act'>;

const done = (words: string, answer: object): Done => ({ result: 'done', words, answer });

/** Asks WeChat Pay about an order. What else is watched is shown as it is: it has no check. */
export const CHECK: One<'order' | 'payscore'> = {
  kinds: ['order', 'payscore'],
  act: async (of, { locale }) => {
    const id = of.handle.workflowId;
    if (of.kind === 'payscore') {
      const view = await of.handle.state();
      const { visible, outcome, cancelsAt, last, phase } = view;
      const state = stateWords(outcome?.ended ?? visible ?? phase, locale);
      const cancels = cancelsAt === null ? '' : fill(SAID.cancelsAt, locale, { at: localTime(cancelsAt) });
      return done(fill(SAID.state, locale, { id, state }) + answered(last?.said, last?.at, locale) + cancels, view);
    }
    const view = await of.handle.checkNow();
    if (view.ended) return done(endedWords(id, view, locale, ''), view);
    const { visible, phase, tradeState, askedAt, closesAt, paidClaimed } = view;
    const asked = answered(tradeState ?? undefined, askedAt === null ? undefined : Date.parse(askedAt), locale);
    const closes = paidClaimed ? '' : fill(SAID.closesAt, locale, { at: localTime(closesAt) });
    return done(fill(SAID.state, locale, { id, state: stateWords(visible ?? phase, locale) }) + asked + closes, view);
  },
};

function answered(said: string | undefined, at: number | undefined, locale: Desk['locale']): string {
  if (said === undefined || at === undefined) return SAID.noAnswer[locale];
  return fill(SAID.lastAnswer, locale, { said, at: localTime(new Date(at).toISOString()) });
}

export function extendAction(desk: Desk, until: string): One<'order'> {
  const payBefore = momentGiven(desk, '--until', until);
  return {
    kinds: ['order'],
    act: async ({ handle }, { locale }) => {
      const answer = await handle.extend({ payBefore });
      const id = handle.workflowId;
      if (answer.ended) return { result: 'ended', words: endedWords(id, answer, locale), answer };
      return done(`${id}:${fill(SAID.closesAt, locale, { at: localTime(answer.closesAt) })}`, answer);
    },
  };
}

export interface Cancelling {
  readonly reason: string;
  readonly requestId?: string | undefined;
  /** An instant, or a length of time from now on. Default: now. */
  readonly at?: string | undefined;
  readonly mayCancel?: readonly string[] | undefined;
  /** In fen. */
  readonly giveUp?: number | undefined;
}

export function cancelAction(desk: Desk, { reason, at, mayCancel, giveUp, ...given }: Cancelling): One<'payscore'> {
  const request = {
    requestId: given.requestId ?? randomUUID(),
    reason,
    ...(at !== undefined && { when: { at: momentGiven(desk, '--at', at) } }),
    // The workflow refuses any other.
    ...(mayCancel !== undefined && { mayCancel: mayCancel as readonly Cancellable[] }),
    ...(giveUp !== undefined && { giveUp: { total: giveUp } }),
  };
  return {
    kinds: ['payscore'],
    act: async ({ handle }, { locale }) => {
      const taken = await handle.requestCancel(request);
      const id = handle.workflowId;
      const words = fill(SAID.requested, locale, { id, request: taken.requestId, at: localTime(taken.dueAt) });
      const reasonSent = fill(SAID.reasonDiffers, locale, { reason: taken.reasonSent ?? '' });
      const differs = taken.requestDiffers ? SAID.requestDiffers[locale] : '';
      return done(words + (taken.reasonDiffers ? reasonSent : '') + differs, taken);
    },
  };
}

/** Shows a payment that came after the end of its order. */
export const LATE: One<'late'> = {
  kinds: ['late'],
  act: async ({ handle }, { locale }) => {
    const view = await handle.state();
    const { visible, reason, phase, transactionIds, last, outcome } = view;
    const id = handle.workflowId;
    const state = stateWords(outcome?.ended ?? visible ?? phase, locale) + (reason === null ? '' : ` (${reason})`);
    const payments = fill(SAID.payments, locale, { ids: transactionIds.join(', ') });
    const command = `wechatpay-orders orders record ${id} --as refunded --transactions ${transactionIds.join(',')} --note "…"`;
    const toRecord = outcome === null ? fill(SAID.toRecord, locale, { command }) : '';
    const asked = answered(last?.said, last?.at, locale);
    return done(fill(SAID.state, locale, { id, state }) + asked + payments + toRecord, view);
  },
};

export interface Recording {
  readonly as: RecordRequest['as'];
  readonly note: string;
  readonly transactions: readonly string[];
  readonly by?: string | undefined;
}

/** @throws UsageError */
export async function recordAction(desk: Desk, { transactions, ...given }: Recording): Promise<One<'late'>> {
  const request = { as: given.as, note: given.note, by: await nameOf(desk, given.by), transactionIds: transactions };
  return {
    kinds: ['late'],
    act: async ({ handle }, { locale }) => {
      const view = await handle.record(request);
      const as = given.as === 'reopened' ? SAID.reopened[locale] : stateWords(given.as, locale);
      return done(fill(SAID.recorded, locale, { id: handle.workflowId, as }), view);
    },
  };
}
