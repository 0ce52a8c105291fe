import { describe, expect, it } from 'vitest';
import { CANCEL_PAYSCORE, GUARDS, type ServiceRow } from '../../../domain/payscore/cancel-payscore.js';
import { SERVICE_PAUSES } from '../../../domain/payscore/timing.js';
import { SECOND } from '../../../domain/time.js';

const rows: readonly ServiceRow[] = CANCEL_PAYSCORE;
const to = (target: ServiceRow['to']): ServiceRow[] => rows.filter((row) => row.to === target);

describe('the table of cancel-payscore', () => {
  it('leads to a cancel by one row only, from a query’s answer, and under its guard', () => {
    expect(to('cancelling')).toEqual([
      { from: ['checking'], on: ['created', 'inService', 'completed'], when: 'mayCancel', to: 'cancelling' },
    ]);
  });

  it('ends by a query’s answer, or by a person', () => {
    const triggers = new Set(rows.filter((row) => row.to.startsWith('end:')).flatMap(({ on }): string[] => [...on]));
    for (const none of [
      'timer',
      'notificationPaid',
      'notificationConfirmed',
      'cancel:accepted',
      'cancel:done',
      'retryRequested',
    ]) {
      expect(triggers).not.toContain(none);
    }
  });

  it('uses every guard', () => {
    const used = new Set(rows.flatMap(({ when }) => (when === undefined ? [] : [when])));
    expect([...used].sort()).toEqual(Object.keys(GUARDS).sort());
  });

  it('never leads from a query to the same query without a pause', () => {
    const asking = (row: ServiceRow): boolean => row.from.some((phase) => phase === 'checking');
    expect(rows.filter((row) => asking(row) && row.to === 'checking')).toEqual([]);
    expect(rows.filter((row) => asking(row) && row.to === 'confirming' && row.pause === undefined)).toEqual([]);
  });

  it('has a pause of at least a second in every round that no message drives', () => {
    const messages = ['Requested', 'notification', 'requestRepeated'];
    const isMessage = (trigger: string): boolean => messages.some((each) => trigger.includes(each));
    const isUnpaused = (row: ServiceRow): boolean =>
      !('pause' in row) && ['checking', 'cancelling', 'confirming', 'unsettled'].includes(row.to);
    const unpaused = rows.filter((row) => isUnpaused(row) && !row.on.every(isMessage) && row.when !== 'restIsOver');
    const next = (phase: string): string[] =>
      unpaused.filter(({ from }) => from.some((each) => each === phase)).map(({ to }) => to);
    const longest = (phase: string, way: readonly string[]): readonly string[][] =>
      way.includes(phase) ? [[...way, phase]] : next(phase).flatMap((each) => longest(each, [...way, phase]));
    for (const phase of new Set(rows.flatMap(({ from }): string[] => [...from]))) {
      expect(longest(phase, [])).toEqual([]);
    }
  });

  it('leaves no rest without a message or the end of its time', () => {
    const resting = ['waiting', 'unsettled', 'needsAttention'];
    for (const row of rows.filter(({ on }) => on.some((trigger) => trigger === 'timer'))) {
      expect(row).toEqual({ from: resting, on: ['timer'], when: 'restIsOver', to: 'checking' });
    }
  });

  it('leads to a question, and nowhere else, when a message wakes it', () => {
    const wakes = [
      'cancelRequested',
      'notificationConfirmed',
      'notificationPaid',
      'retryRequested',
      'resolveRequested',
    ];
    const woken = rows.filter(({ on }) => on.some((trigger) => wakes.includes(trigger)));
    expect(new Set(woken.map(({ to }) => to))).toEqual(new Set(['checking', 'confirming']));
  });

  it('pauses for at least a second', () => {
    for (const { first, max } of Object.values(SERVICE_PAUSES)) {
      expect(first).toBeGreaterThanOrEqual(SECOND);
      expect(max).toBeGreaterThanOrEqual(first);
    }
  });
});
