import { describe, expect, it } from 'vitest';
import { CANCEL_PAYSCORE, GUARDS, type ServiceRow } from '../../../domain/cancel-payscore.js';
import { SERVICE_PAUSES } from '../../../domain/payscore-timing.js';
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
    for (const none of ['timer', 'noticePaid', 'noticeConfirmed', 'cancel:accepted', 'cancel:done', 'retryRequested']) {
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

  it('pauses for at least a second', () => {
    for (const { first, max } of Object.values(SERVICE_PAUSES)) {
      expect(first).toBeGreaterThanOrEqual(SECOND);
      expect(max).toBeGreaterThanOrEqual(first);
    }
  });
});
