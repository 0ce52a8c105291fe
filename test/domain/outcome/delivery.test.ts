import { describe, expect, it } from 'vitest';
import { DELIVERY_FLOW } from '../../../domain/outcome/decide.js';
import { resume } from '../../../domain/flow.js';
import { MAX_EVENTS_KEPT } from '../../../domain/outcome/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  added,
  begun,
  FAILURE,
  gaveUp,
  GONE,
  release,
  retry,
  timer,
  tried,
  undelivered,
} from '../../support/deliveries.js';
import { START } from '../../support/orders.js';
import { withoutStory } from '../../support/story.js';

const NOW = START + MINUTE;
const ids = ({ events }: { readonly events: readonly { readonly event: { readonly id: string } }[] }): number[] =>
  events.map(({ event }) => Number(event.id.slice(4)));

/** A delivery that has failed once, at {@link NOW}. */
function failedOnce() {
  const decision = begun(0);
  return after(decision, NOW, tried(decision.state, [undelivered(0)]));
}

describe('a try', () => {
  it('that everything was taken of ends the delivery', () => {
    const decision = begun(0);
    expect(decision.step).toEqual({ do: 'deliver' });
    expect(after(decision, NOW, tried(decision.state)).step).toEqual({
      do: 'finish',
      outcome: { ended: 'delivered' },
    });
  });

  it('goes on with what it had no time for', () => {
    const decision = begun(1, 2);
    const next = after(decision, NOW, tried(decision.state, [undelivered(2)], null));
    expect(next).toMatchObject({ step: { do: 'deliver' }, row: 7 });
    expect(ids(next.state)).toEqual([2]);
  });

  it('that was not taken is followed by another after five seconds, and keeps which URLs have it', () => {
    const decision = begun(0);
    const next = after(decision, NOW, tried(decision.state, [undelivered(0, '0123456789ab')]));
    expect(next.step).toEqual({ do: 'wait', until: NOW + 5 * SECOND });
    expect(next.state).toMatchObject({ events: [undelivered(0, '0123456789ab')], last: { ...FAILURE, at: NOW } });
    expect(after(next, NOW + 5 * SECOND, timer).step).toEqual({ do: 'deliver' });
  });

  it('pauses twice as long after each failure in a row, and an hour at most', () => {
    let next = failedOnce();
    const pauses: number[] = [];
    for (let n = 0; n < 14; n += 1) {
      pauses.push('until' in next.step ? (next.step.until - NOW) / SECOND : 0);
      next = after(next, NOW, timer);
      next = after(next, NOW, tried(next.state, [undelivered(0)]));
    }
    expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(pauses.at(-1)).toBe(HOUR / SECOND);
  });

  it('begins the pauses anew once something was taken', () => {
    let next = after(failedOnce(), NOW, timer);
    next = after(next, NOW, added(1));
    next = after(next, NOW, tried(next.state, [undelivered(1)], null));
    expect(next.state).toMatchObject({ failures: 0, failingSince: null });
    next = after(next, NOW, tried(next.state, [undelivered(1)]));
    expect(next.step).toEqual({ do: 'wait', until: NOW + 5 * SECOND });
  });

  it('keeps what came during it', () => {
    const decision = begun(1);
    const next = after(decision, NOW, added(2), tried(decision.state));
    expect(next.step).toEqual({ do: 'deliver' });
    expect(ids(next.state)).toEqual([2]);
  });
});

describe('a person is asked', () => {
  it('when nothing was taken for three days, and the events are posted every hour meanwhile', () => {
    const later = NOW + 3 * DAY;
    const soon = after(failedOnce(), later - 1, timer);
    expect(after(soon, later - 1, tried(soon.state, [undelivered(0)])).step.do).toBe('wait');
    const asked = after(soon, later, tried(soon.state, [undelivered(0)]));
    expect(asked.step).toEqual({ do: 'askPerson', reason: 'not-delivered', until: later + HOUR });
    expect(after(asked, later + HOUR, timer).step).toEqual({ do: 'deliver' });
  });

  it('at once when the checkout says that the URL is gone', () => {
    const decision = begun(0);
    const asked = after(decision, NOW, tried(decision.state, [undelivered(0)], GONE));
    expect(asked.step).toEqual({ do: 'askPerson', reason: 'gone', until: NOW + HOUR });
  });

  it('do not grow, and patience does not end, for a URL that is only busy', () => {
    const busy = { ...FAILURE, said: 'LOCAL_URL_BUSY' };
    let next = begun(0);
    for (let tries = 0; tries < 5; tries += 1)
      next = after(next, NOW, timer, tried(next.state, [undelivered(0)], busy));
    expect(next.step).toEqual({ do: 'wait', until: NOW + 5 * SECOND });
    expect(next.state).toMatchObject({ failures: 0, failingSince: null, last: busy });
  });

  it('are of a minute at least for a URL that is silent, since many others wait for it', () => {
    const silent = { ...FAILURE, said: 'LOCAL_URL_SILENT' };
    const first = after(begun(0), NOW, tried(begun(0).state, [undelivered(0)], silent));
    expect(first.step).toEqual({ do: 'wait', until: NOW + MINUTE });
    let later = first;
    for (let tries = 0; tries < 5; tries += 1)
      later = after(later, NOW, timer, tried(later.state, [undelivered(0)], silent));
    expect(later.step).toEqual({ do: 'wait', until: NOW + 160 * SECOND });
  });

  it('and a retry posts at once, for three more days', () => {
    const later = NOW + 4 * DAY;
    let next = after(failedOnce(), later, timer);
    next = after(next, later, tried(next.state, [undelivered(0)]), retry);
    expect(next.step).toEqual({ do: 'deliver' });
    expect(after(next, later, tried(next.state, [undelivered(0)])).step).toEqual({
      do: 'wait',
      until: later + 5 * SECOND,
    });
  });
});

describe('a person ends it', () => {
  it('by giving up, with a note and a name, also during a try', () => {
    const end = { do: 'finish', outcome: { ended: 'given-up', note: 'they know', by: 'Mei' } };
    expect(after(failedOnce(), NOW, gaveUp).step).toEqual(end);
    expect(after(begun(0), NOW, gaveUp).step).toEqual(end);
    const gone = after(begun(0), NOW, tried(begun(0).state, [undelivered(0)], GONE));
    expect(after(gone, NOW, gaveUp).step).toEqual(end);
  });

  it('by a cancellation, at once between two tries', () => {
    expect(after(failedOnce(), NOW, release).step).toEqual({ do: 'finish', outcome: { ended: 'released' } });
    const gone = after(begun(0), NOW, tried(begun(0).state, [undelivered(0)], GONE));
    expect(after(gone, NOW, release).step).toEqual({ do: 'finish', outcome: { ended: 'released' } });
  });

  it('by a cancellation, unless a further event comes at the same moment: the person may not know of it', () => {
    const both = after(failedOnce(), NOW, added(1), release);
    expect(both.step).toEqual({ do: 'wait', until: NOW + 5 * SECOND });
    expect(both.state.releaseRequested).toBe(false);
    expect(after(both, NOW + 1, release).step).toEqual({ do: 'finish', outcome: { ended: 'released' } });
  });

  it('by a cancellation during a try, once that has ended', () => {
    const releasing = after(begun(0), NOW, release);
    expect(releasing.step).toEqual({ do: 'deliver' });
    for (const failure of [FAILURE, GONE])
      expect(after(releasing, NOW, tried(releasing.state, [undelivered(0)], failure)).step).toEqual({
        do: 'finish',
        outcome: { ended: 'released' },
      });
    expect(after(releasing, NOW, tried(releasing.state, [undelivered(0)], null)).step).toEqual({
      do: 'finish',
      outcome: { ended: 'released' },
    });
    expect(after(releasing, NOW, tried(releasing.state)).step).toEqual({
      do: 'finish',
      outcome: { ended: 'delivered' },
    });
  });
});

describe('a further event', () => {
  it('waits with the others, and ends no pause', () => {
    const next = after(failedOnce(), NOW, added(1));
    expect(next.step).toEqual({ do: 'wait', until: NOW + 5 * SECOND });
    expect(ids(next.state)).toEqual([0, 1]);
  });

  it('that is kept already changes nothing', () => {
    const before = failedOnce();
    expect(withoutStory(after(before, NOW, added(0)).state)).toEqual(withoutStory(before.state));
  });

  it('that comes with the end is delivered, and only that', () => {
    for (const end of [tried(begun(0).state), gaveUp]) {
      const next = after(begun(0), NOW, end, added(1));
      expect(next.step).toEqual({ do: 'deliver' });
      expect(ids(next.state)).toEqual([1]);
    }
    const given = after(failedOnce(), NOW, gaveUp, added(1));
    expect(given.state).toMatchObject({ failures: 0, failingSince: null });
    const released = after(failedOnce(), NOW, release, added(1));
    expect(after(released, NOW, tried(released.state, [undelivered(1)])).step.do).toBe('wait');
  });

  it('without room takes the place of one that only asked for a person, and is counted', () => {
    const many = Array.from({ length: MAX_EVENTS_KEPT - 1 }, (_, index) => index + 1);
    const full = begun(0, ...many);
    const next = after(full, NOW, added(MAX_EVENTS_KEPT));
    expect(ids(next.state)).toEqual([0, ...many.slice(1), MAX_EVENTS_KEPT]);
    expect(next.state.notKept).toBe(1);
  });
});

it('fills in what an earlier version did not know, for a run that goes on in a new one', () => {
  const { state } = failedOnce();
  const { notKept: _, ...earlier } = state;
  expect(resume(DELIVERY_FLOW, earlier as typeof state, NOW).state).toEqual(state);
});
