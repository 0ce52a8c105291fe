import { describe, expect, it } from 'vitest';
import { checkCloseRequest, checkExtension, checkResolution, checkRetry } from '../../../domain/orders/requests.js';
import { decideOrder } from '../../../domain/orders/decide.js';
import { dueAt } from '../../../domain/orders/facts.js';
import type { Facts, OrderEvent, OrderState, Resolution } from '../../../domain/orders/state.js';
import { DAY, HOUR } from '../../../domain/time.js';
import { answered, checkRequested, closeRequested, DEADLINE, extended, ORDER, START } from '../../support/orders.js';
import { AT, inBoth, OPEN, OUTCOMES, pageOf, stateOf } from './order-states.js';
import { updatesIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

describe('an update that is offered', () => {
  const variants: Partial<Facts>[] = [
    {},
    { closeRequested: { at: START } },
    { paidClaimed: true, paidShown: true },
    { closeSent: 'yes', patienceFrom: DEADLINE },
    { closeSent: 'maybe', patienceFrom: DEADLINE },
    { order: { ...ORDER, payBefore: START + 7 * DAY } },
    { order: { ...ORDER, payBefore: START + 7 * DAY - 1 } },
    { order: { ...ORDER, createdAt: START - HOUR, payBefore: START - HOUR } },
  ];
  const cases = inBoth(OPEN).flatMap(([locale, phase]) =>
    variants.map((facts): [OrderState, string] => {
      const state = stateOf(phase, locale, facts);
      return [state, pageOf(state)];
    }),
  );
  const offered = (name: string): [OrderState, unknown][] =>
    cases.flatMap(([state, page]): [OrderState, unknown][] => {
      const updates = updatesIn(page);
      return name in updates ? [[state, updates[name]]] : [];
    });

  it('is read from the page whole', () => {
    for (const [, page] of cases) {
      expect(Object.keys(updatesIn(page))).toHaveLength((sectionsOf(page)[0].match(/^- `/gm) ?? []).length);
    }
  });

  it.each(['checkNow', 'closeNow', 'extend', 'placedAgain', 'retry', 'resolve'])('is %s, somewhere', (name) => {
    expect(offered(name).length).toBeGreaterThan(0);
  });

  it('is accepted unchanged', () => {
    for (const [state, input] of offered('extend'))
      expect(checkExtension(input, state, START)).toMatchObject({ ok: true });
    for (const [state, input] of offered('resolve')) expect(checkResolution(input, state)).toMatchObject({ ok: true });
    for (const [state, input] of offered('closeNow')) {
      expect(checkCloseRequest(input, state)).toEqual({ ok: true, value: {} });
    }
    for (const [state] of offered('retry')) expect(checkRetry(state)).toMatchObject({ ok: true });
    for (const [state] of offered('checkNow')) expect(decideOrder(state, checkRequested, AT).row).toBeDefined();
    for (const name of ['retry', 'checkNow', 'placedAgain']) {
      for (const [, input] of offered(name)) expect(input).toEqual({});
    }
  });

  it('makes a difference', () => {
    for (const [state] of offered('closeNow')) {
      expect(dueAt(decideOrder(state, closeRequested, START).state)).toBeLessThan(dueAt(state));
      expect(state.closeRequested).toBeNull();
    }
    for (const [state, input] of offered('extend')) {
      const payBefore = Date.parse((input as { payBefore: string }).payBefore);
      expect(decideOrder(state, extended(payBefore), START).state.order.payBefore).toBe(payBefore);
    }
  });

  it('is none that would be refused', () => {
    const pages = cases.map(([state, page]) => [state, Object.keys(updatesIn(page))] as const);
    const namesIf = (test: (state: OrderState) => boolean): string[] => [
      ...new Set(pages.filter(([state]) => test(state)).flatMap(([, names]) => names)),
    ];
    expect(namesIf(({ phase }) => ['checking', 'closing', 'confirming'].includes(phase))).toEqual([]);
    expect(namesIf(({ phase }) => phase === 'unsettled')).toEqual(['retry']);
    expect(namesIf(({ phase }) => phase === 'needsAttention')).toEqual(['retry', 'resolve']);
    expect(namesIf((state) => state.closeRequested !== null)).not.toContain('extend');
    expect(namesIf((state) => state.closeRequested !== null)).not.toContain('closeNow');
    expect(namesIf((state) => state.paidClaimed)).not.toContain('closeNow');
    expect(namesIf((state) => state.paidClaimed)).not.toContain('extend');
    expect(namesIf((state) => state.closeSent !== 'no')).not.toContain('extend');
    expect(namesIf((state) => state.order.payBefore === START + 7 * DAY)).not.toContain('extend');
    for (const outcome of OUTCOMES) {
      expect(pageOf(stateOf({ phase: 'ended', outcome }))).not.toMatch(/```|Request Cancellation/);
    }
  });

  it('to resolve, sent unchanged, never ends an order wrongly', () => {
    const answers = (paidShown: boolean): OrderEvent[] => [
      answered('NOTPAY'),
      answered('USERPAYING'),
      answered('NOT_FOUND'),
      ...(paidShown ? [answered('CLOSED')] : []),
    ];
    for (const [state, input] of offered('resolve')) {
      const resolution: Resolution = { force: false, ...(input as Omit<Resolution, 'force'>) };
      const asked = decideOrder(state, { type: 'resolveRequested', resolution }, AT);
      expect(asked.step.do).toBe('query');
      for (const answer of answers(state.paidShown)) {
        expect(decideOrder(asked.state, answer, AT).state).toMatchObject({ reason: 'resolution-contradicted' });
      }
    }
  });

  it('explains force only if a resolution was contradicted', () => {
    for (const [state, page] of cases) {
      const contradicted = state.phase === 'needsAttention' && state.reason === 'resolution-contradicted';
      expect(page.includes('"force": true')).toBe(contradicted);
      expect(JSON.stringify(updatesIn(page))).not.toContain('force');
    }
  });
});
