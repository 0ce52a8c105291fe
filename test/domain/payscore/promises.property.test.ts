import { describe, expect, it } from 'vitest';
import { dueRequests } from '../../../domain/payscore/due.js';
import { stageOf } from '../../../domain/payscore/order.js';
import { DAY, HOUR, SECOND } from '../../../domain/time.js';
import {
  answersIn,
  begins,
  every,
  isResult,
  mayHaveLanded,
  sentIn,
  tellsOfPayment,
  wasSuperseded,
} from '../../support/payscore-stories.js';
import { withoutRow } from '../../support/service-orders.js';

describe('whatever happens, in whatever order', () => {
  it('every cancel begins with a request that is due, and never after a claim of payment', () => {
    every((moments) => {
      for (const [index, moment] of moments.entries()) {
        if (!begins(moment, 'cancel')) continue;
        expect(dueRequests(moment.after.state, moment.now)).not.toEqual([]);
        expect(moments.slice(0, index + 1).some(tellsOfPayment)).toBe(false);
      }
    });
  });

  it('every cancel after one that may have been sent has its body', () => {
    every((moments) => {
      const body = moments.find((moment) => (sentIn(moment) ?? 'no') !== 'no')?.before.state.frozen;
      if (body === undefined) return;
      const first = moments.findIndex((moment) => (sentIn(moment) ?? 'no') !== 'no');
      for (const moment of moments.slice(first).filter((each) => begins(each, 'cancel'))) {
        expect(moment.after.state.frozen).toEqual(body);
      }
    });
  });

  it('only what WeChat Pay says, or a person, ends it, and with what they say', () => {
    every((moments) => {
      for (const moment of moments.filter((each) => begins(each, 'finish'))) {
        const { before, after } = moment;
        if (after.step.do !== 'finish' || before.step.do === 'finish') continue;
        const { ended } = after.step.outcome;
        const answer = answersIn(moment).at(-1);
        const said = answer === undefined ? '' : answer.found ? answer.state : 'NOT_FOUND';
        if (ended === 'released') expect(after.state.releaseRequested).toBe(true);
        else if (ended === 'resolved') expect(before.state.resolution).not.toBeNull();
        else {
          const reasons = {
            cancelled: ['REVOKED'],
            done: ['DONE'],
            expired: ['EXPIRED'],
            kept: ['CREATED', 'DOING'],
            'never-existed': ['NOT_FOUND'],
          };
          expect(reasons[ended]).toContain(said);
        }
      }
    });
  });

  it('there is one outcome, and it never changes', () => {
    every((moments) => {
      for (const { before, after } of moments) {
        if (before.step.do === 'finish') expect(withoutRow(after)).toEqual(withoutRow(before));
      }
    });
  });

  it('every result of a call takes a row', () => {
    every((moments) => {
      for (const moment of moments.filter(isResult)) expect(moment.after.row).toBeDefined();
    });
  });

  it('every rest lasts a second at least, and a person’s an hour at most', () => {
    every((moments) => {
      for (const { before, after, now } of moments) {
        if (!('until' in after.step)) continue;
        const isNew = !('until' in before.step) || before.step.until !== after.step.until;
        if (isNew) expect(after.step.until - now).toBeGreaterThanOrEqual(SECOND);
        if (after.step.do === 'askPerson') expect(after.step.until - now).toBeLessThanOrEqual(HOUR);
        else expect(Number.isFinite(after.step.until)).toBe(true);
      }
    });
  });

  it('after two calls in a row, one of them a cancel, there is a pause, unless a message cuts it short', () => {
    every((moments) => {
      let calls = 0;
      for (const moment of moments) {
        const isNext = isResult(moment) && !wasSuperseded(moment) && ['query', 'cancel'].includes(moment.after.step.do);
        calls = isNext ? calls + 1 : 0;
        expect(calls).toBeLessThanOrEqual(2);
      }
    });
  });

  it('money that is due, and that no request gave up, is never lost unreported', () => {
    every((moments) => {
      const end = moments.findIndex((moment) => moment.after.step.do === 'finish');
      const last = moments[end];
      if (last?.after.step.do !== 'finish' || last.after.step.outcome.ended !== 'cancelled') return;
      const lived = moments.slice(0, end + 1);
      const amounts = lived.flatMap(answersIn).flatMap((answer) => {
        const isDue = answer.found && stageOf(answer) === 'completed';
        return isDue ? [answer.state === 'REVOKED' ? (answer.totalDue ?? 'as before') : answer.totalDue] : [];
      });
      const due = amounts.findLast((amount) => amount !== 'as before');
      const { requests, releaseRequested, raceKnown } = last.after.state;
      if (due === undefined || due === 0 || !lived.some(mayHaveLanded)) return;
      if (requests.some(({ giveUp }) => giveUp?.total === due)) return;
      expect(last.after.step.outcome.raced).toBe(true);
      expect(raceKnown || releaseRequested).toBe(true);
    });
  });

  it('who is asked to stop asks at most twice more, and then ends', () => {
    every((moments) => {
      const at = moments.findIndex(({ event }) => event.type === 'releaseRequested');
      if (at < 0) return;
      const rest = moments.slice(at);
      expect(rest.some(({ after }) => ['wait', 'askPerson'].includes(after.step.do))).toBe(false);
      const results = rest.filter(isResult);
      if (results.length >= 2) expect(results[1]?.after.step.do).toBe('finish');
    });
  });

  it('a cancel that was not sent leaves nothing behind', () => {
    every((moments) => {
      for (const { event, before, after } of moments) {
        if (event.type !== 'cancelFailed' || event.failure.sent !== 'no' || before.step.do === 'finish') continue;
        const { cancelSent, cancelLandedAt, cancelUnconfirmed } = before.state;
        expect(after.state).toMatchObject({ cancelSent, cancelLandedAt, cancelUnconfirmed });
        if (cancelSent === 'no' && after.step.do !== 'cancel') expect(after.state.frozen).toBeNull();
      }
    });
  });

  it('no person is asked before a request has been due for a day', () => {
    every((moments) => {
      for (const { now, before, after } of moments) {
        if (after.state.phase !== 'needsAttention' || after.state.reason !== 'patience-over') continue;
        if (before.state.phase === 'needsAttention') continue;
        const { requests } = after.state;
        expect(requests.length === 0 || requests.some(({ dueAt }) => now - dueAt >= DAY)).toBe(true);
      }
    });
  });

  it('a request that is not due yet causes no query', () => {
    every((moments) => {
      for (const { now, event, before, after } of moments) {
        if (event.type !== 'cancelRequested' || before.state.phase !== 'waiting') continue;
        if (dueRequests(after.state, now).length === 0) expect(after.step.do).toBe('wait');
      }
    });
  });

  it('a resolution that WeChat Pay does not confirm ends it only by force', () => {
    every((moments) => {
      const confirmedBy = { cancelled: 'REVOKED', kept: ['CREATED', 'DOING'] };
      for (const moment of moments) {
        const { before, after } = moment;
        if (before.step.do === 'finish' || after.step.do !== 'finish') continue;
        const { outcome } = after.step;
        if (outcome.ended !== 'resolved' || before.state.resolution?.force === true) continue;
        const answer = answersIn(moment).at(-1);
        expect(confirmedBy[outcome.as as keyof typeof confirmedBy]).toContain(answer?.found ? answer.state : '');
      }
    });
  });
});
