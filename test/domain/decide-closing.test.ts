import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { after, answered, closeAnswered, DEADLINE, failed, ORDER, toClosing, unpaid } from '../support/orders.js';

const due = DEADLINE;

describe('closing', () => {
  it.each(['accepted', 'alreadyClosed'] as const)('confirms at once what was %s', (answer) => {
    expect(after(...toClosing, [due, closeAnswered(answer)]).step).toEqual({ do: 'query' });
  });

  it('never closes again after ORDERPAID, but asks in 5 s', () => {
    const { state, step } = after(...toClosing, [due, closeAnswered('paid')]);
    expect(step).toEqual({ do: 'wait', until: due + 5 * SECOND });
    const later = decide(state, answered('NOTPAY', due + HOUR), due + HOUR);
    expect(later.step).toEqual({ do: 'wait', until: due + HOUR + 10 * SECOND });
  });

  it.each([
    ['inProgress', 60],
    ['tooOften', 10],
    ['notFound', 300],
    ['refusedState', 2],
    ['refusedRequest', 2],
  ] as const)('rests before it confirms %s', (answer, seconds) => {
    expect(after(...toClosing, [due, closeAnswered(answer)]).step).toEqual({
      do: 'wait',
      until: due + seconds * SECOND,
    });
  });

  it('confirms after a pause what is unknown', () => {
    const { state, step } = after(...toClosing, [due, failed('close', 'unknown', 'LOCAL_NO_ANSWER')]);
    expect(step).toEqual({ do: 'wait', until: due + SECOND });
    expect(state).toMatchObject({ phase: 'confirming', closeSent: true });
  });

  it.each(['queryTooOld', 'tooEarly'] as const)('asks again after %s, and counts no close as sent', (answer) => {
    const { state, step } = after(...toClosing, [due, closeAnswered(answer)]);
    expect(step).toEqual({ do: 'wait', until: due + SECOND });
    expect(state).toMatchObject({ phase: 'unsettled', closeSent: false });
  });
});

describe('the pause after a refused close', () => {
  it('grows for itself, apart from that after a refused signature', () => {
    expect(after(...toClosing, [due, closeAnswered('inProgress')]).state.lull?.pause).toBe('inProgress');
  });
});

describe('confirming', () => {
  const accepted = [...toClosing, [due, closeAnswered('accepted')]] as const;

  it.each(['CLOSED', 'REVOKED'] as const)('ends the order as closed by us on %s', (tradeState) => {
    const { step } = after(...accepted, [due, answered(tradeState, due)]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'closed', by: 'us' } });
  });

  it('ends the order as paid on SUCCESS, also after an accepted close', () => {
    expect(after(...accepted, [due, answered('SUCCESS', due)]).step).toMatchObject({ outcome: { ended: 'paid' } });
  });

  it('asks again on NOTPAY for five minutes, and then closes again', () => {
    const { state, step } = after(...accepted, [due, answered('NOTPAY', due)]);
    expect(step).toEqual({ do: 'wait', until: due + 2 * SECOND });
    const late = due + 5 * MINUTE;
    expect(decide(state, answered('NOTPAY', late), late - 1).step.do).toBe('wait');
    expect(decide(state, answered('NOTPAY', late), late).step.do).toBe('close');
  });

  it('closes again on NOTPAY where the close before was not accepted', () => {
    const { step } = after(...toClosing, [due, failed('close', 'unknown')], unpaid(due + SECOND));
    expect(step.do).toBe('close');
  });

  it('asks a person when a refused request left the order as it was', () => {
    const { step } = after(...toClosing, [due, closeAnswered('refusedRequest')], unpaid(due + SECOND));
    expect(step).toMatchObject({ do: 'askPerson', reason: 'request-refused' });
  });

  it('decides again when a refused state left the order as it was', () => {
    expect(after(...toClosing, [due, closeAnswered('refusedState')], unpaid(due + SECOND)).step.do).toBe('close');
  });

  it('tells under which number the order was placed anew', () => {
    const { step } = after(
      [ORDER.floor, { type: 'closeRequested', replacedBy: 'anew' }],
      unpaid(ORDER.floor),
      [ORDER.floor, closeAnswered('accepted')],
      [ORDER.floor, answered('CLOSED', ORDER.floor)],
    );
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'closed', by: 'us', replacedBy: 'anew' } });
  });
});
