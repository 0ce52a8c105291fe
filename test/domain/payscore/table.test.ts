import { describe, expect, it } from 'vitest';
import { GUARDS } from '../../../domain/payscore/guards.js';
import { CANCEL_PAYSCORE, PHASES, type ServiceRow } from '../../../domain/payscore/table.js';
import { TRIGGERS, type ServiceTrigger } from '../../../domain/payscore/triggers.js';
import { DEFAULT_SERVICE_ORDER_TIMING } from '../../../domain/payscore/order.js';
import { SECOND } from '../../../domain/time.js';

const rows: readonly ServiceRow[] = CANCEL_PAYSCORE;
const to = (target: ServiceRow['to']): ServiceRow[] => rows.filter((row) => row.to === target);
const takes = (row: ServiceRow, triggers: readonly string[]): boolean => row.on.some((each) => triggers.includes(each));

const MESSAGES = [
  'cancelRequested',
  'retryRequested',
  'resolveRequested',
  'releaseRequested',
  'notificationConfirmed',
  'notificationPaid',
] as const satisfies readonly ServiceTrigger[];

describe('the table of cancel-payscore', () => {
  it('leads to a cancel only by a guard that demands a request that is due', () => {
    const guards = new Set(to('cancelling').map(({ when }) => when));
    expect(guards).toEqual(new Set(['requestIsDue', 'mayCancel', 'cancelDidNotSettle']));
  });

  it('ends by what a call showed, or by a person', () => {
    const ending = rows.filter((row) => row.to.startsWith('end:') && row.to !== 'end:released');
    for (const row of ending) expect(takes(row, ['timer', ...MESSAGES])).toBe(false);
    const released = to('end:released').filter((row) => takes(row, ['timer', ...MESSAGES]));
    expect(released.flatMap(({ on }) => on)).toEqual(['releaseRequested']);
  });

  it('uses every guard, every trigger that a row can take, and every phase', () => {
    const guards = new Set(rows.flatMap(({ when }) => (when === undefined ? [] : [when])));
    expect([...guards].sort()).toEqual(Object.keys(GUARDS).sort());
    const triggers = [
      ...new Set(rows.flatMap(({ on }): string[] => [...on])),
      'requestRepeated',
      'notificationForeign',
    ];
    expect(triggers.sort()).toEqual(Object.keys(TRIGGERS).sort());
    expect([...new Set(rows.flatMap(({ from }): string[] => [...from]))].sort()).toEqual(Object.keys(PHASES).sort());
  });

  it('has no row that leaves the end', () => {
    expect(rows.filter(({ from }) => from.some((phase) => (phase as string) === 'ended'))).toEqual([]);
  });

  it('has a pause in every round that no message drives, but for the round from an accepted cancel to the next', () => {
    const isUnpaused = (row: ServiceRow): boolean =>
      !('pause' in row) && ['checking', 'cancelling', 'confirming', 'unsettled'].includes(row.to);
    // Guards forbid the rest: one needs five minutes without effect, the others a message that came meanwhile.
    const isBounded = ({ when, from, on }: ServiceRow): boolean =>
      when === 'cancelDidNotSettle' ||
      on.some((trigger) => trigger === 'cancel:superseded') ||
      (when === 'mayCancel' && from.some((phase) => phase === 'cancelling'));
    const unpaused = rows.filter((row) => isUnpaused(row) && !isBounded(row) && !row.on.every((on) => isMessage(on)));
    const next = (phase: string): string[] =>
      unpaused
        .filter(({ from, on }) => from.some((each) => each === phase) && !on.includes('timer'))
        .map((row) => row.to);
    const circles = (phase: string, way: readonly string[]): readonly string[][] =>
      way.includes(phase) ? [[...way, phase]] : next(phase).flatMap((each) => circles(each, [...way, phase]));
    for (const phase of Object.keys(PHASES)) expect(circles(phase, [])).toEqual([]);
  });

  it('pauses for at least a second', () => {
    for (const { first, max } of Object.values(DEFAULT_SERVICE_ORDER_TIMING.pauses)) {
      expect(first).toBeGreaterThanOrEqual(SECOND);
      expect(max).toBeGreaterThanOrEqual(first);
    }
  });

  it('has its words in both languages', () => {
    for (const { en, zh } of [
      ...Object.values(PHASES).flatMap(({ means, title }) => [means, title]),
      ...Object.values(TRIGGERS),
      ...meanings(),
    ]) {
      expect(en).not.toMatch(/\p{Script=Han}/u);
      expect(zh).toMatch(/\p{Script=Han}|^[`_]/u);
    }
  });
});

function isMessage(trigger: ServiceTrigger): boolean {
  return MESSAGES.some((each) => each === trigger);
}

function meanings(): { en: string; zh: string }[] {
  return Object.values(GUARDS).map(({ means }) => means);
}
