import { describe, expect, it } from 'vitest';
import { decideServiceOrder } from '../../../domain/payscore/decide.js';
import { STAGES } from '../../../domain/payscore/order.js';
import { checkCancelRequest, checkNeedsAttention, checkResolution } from '../../../domain/payscore/requests.js';
import type { Resolution, ServiceFacts, ServiceOrderState } from '../../../domain/payscore/state.js';
import { NOON, REQUEST, type Shown, shows } from '../../support/service-orders.js';
import { AT, inBoth, OPEN, OUTCOMES, pageOf, stateOf } from './service-order-states.js';
import { updatesIn } from './updates.js';
import { sectionsOf } from '../../support/story.js';

describe('an update that is offered for a service order', () => {
  const variants: Partial<ServiceFacts>[] = [
    {},
    { requests: [] },
    {
      requests: [
        { ...REQUEST, requestId: 'operator-1' },
        { ...REQUEST, requestId: 'operator-2' },
      ],
    },
    { frozen: { requestId: 'request-1', reason: '原因' }, cancelSent: 'yes' },
    { paidClaimed: true, paidNotified: true, furthest: 'completed' },
    ...STAGES.map((stage) => ({ stage, furthest: stage, totalDue: stage === 'completed' ? 100 : null })),
  ];
  const cases = inBoth(OPEN).flatMap(([locale, phase]) =>
    variants.map((facts): [ServiceOrderState, string] => {
      const state = stateOf(phase, locale, facts);
      return [state, pageOf(state)];
    }),
  );
  const offered = (name: string): [ServiceOrderState, unknown][] =>
    cases.flatMap(([state, page]): [ServiceOrderState, unknown][] => {
      const updates = updatesIn(page);
      return name in updates ? [[state, updates[name]]] : [];
    });

  it('is read from the page whole', () => {
    for (const [, page] of cases) {
      expect(Object.keys(updatesIn(page))).toHaveLength((sectionsOf(page)[0].match(/^- `/gm) ?? []).length);
    }
  });

  it('is accepted unchanged', () => {
    for (const name of ['requestCancel', 'retry', 'resolve']) expect(offered(name).length).toBeGreaterThan(0);
    for (const [state, input] of offered('requestCancel')) {
      const checked = checkCancelRequest(input, NOON);
      if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
      const { state: next } = decideServiceOrder(state, { type: 'cancelRequested', request: checked.value }, NOON);
      expect(next.requests).toHaveLength(state.requests.length + 1);
      expect(next.phase).toBe('cancelling');
    }
    for (const [state, input] of offered('resolve')) {
      expect(checkResolution(input)).toMatchObject({ ok: true });
      expect(checkNeedsAttention(state)).toMatchObject({ ok: true });
    }
    for (const [state, input] of offered('retry')) {
      expect(input).toEqual({});
      expect(checkNeedsAttention(state)).toMatchObject({ ok: true });
    }
  });

  it('is none that would be refused', () => {
    for (const [state, page] of cases) {
      const names = Object.keys(updatesIn(page));
      if (state.phase === 'needsAttention') expect(names).toEqual(['retry', 'resolve']);
      else if (state.phase !== 'waiting') expect(names).toEqual([]);
      else expect(names).toEqual(state.furthest === 'completed' ? [] : ['requestCancel']);
    }
    for (const outcome of OUTCOMES) {
      expect(pageOf(stateOf({ phase: 'ended', outcome }))).not.toMatch(/```|Request Cancellation/);
    }
  });

  it('to cancel repeats the reason that was sent, and warns of a service order that is in service', () => {
    const [frozen] = offered('requestCancel').filter(([state]) => state.frozen !== null);
    expect(frozen?.[1]).toMatchObject({ reason: '原因' });
    for (const [state, input] of offered('requestCancel')) {
      const isInService = state.furthest === 'in-service';
      expect('mayCancel' in (input as object)).toBe(isInService);
      expect(input).not.toHaveProperty('giveUp');
      const warning = state.locale === 'en' ? 'the user has confirmed it' : '用户已确认';
      expect(pageOf(state).includes(`**${warning}**`)).toBe(isInService);
    }
  });

  it('to resolve, sent unchanged, never ends a service order wrongly', () => {
    const open: Shown[] = ['created', 'inService', 'completed', 'otherDoing', 'paid', 'notFound'];
    for (const [state, input] of offered('resolve')) {
      const resolution: Resolution = { force: false, ...(input as Omit<Resolution, 'force'>) };
      const asked = decideServiceOrder(state, { type: 'resolveRequested', resolution }, AT);
      expect(asked.step.do).toBe('query');
      for (const shown of [...open, ...(state.paidNotified ? (['revoked', 'expired'] as const) : [])]) {
        const { state: next } = decideServiceOrder(asked.state, shows(shown), AT);
        expect(next.phase === 'ended' && next.outcome.ended).not.toBe('resolved');
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
