import { describe, expect, it } from 'vitest';
import { workflowIdOf } from '../../../cli/orders/show.js';
import { LOCALES } from '../../../domain/locale.js';
import { commandsFor } from '../../../domain/page/commands.js';
import { describeWhole, type WholeLife } from '../../../domain/page/whole-story.js';
import { MINUTE } from '../../../domain/time.js';
import { START } from '../../support/orders.js';
import { GOLDEN, readHistories } from '../../replay/history-files.js';
import { lifeOf } from './golden.js';

const golden = readHistories(GOLDEN);

function recorded(name: string) {
  const history = golden.find((each) => each.name === name);
  if (history === undefined) throw new Error(`${name} was not recorded`);
  return lifeOf(history);
}

/** The steps that are shown, without what differs from recording to recording. */
function stepsOf(life: WholeLife): string[] {
  const lines = describeWhole(life, 'en', true);
  const begin = lines.findIndex((line) => line.startsWith('What happened'));
  const steps = lines.slice(begin + 1, lines.indexOf('', begin));
  return steps.map((line) => line.replace(/^ {2}\S+ \S+ /, '').replace(/, Request-ID `[^`]*`/, ''));
}

describe('the story of a recorded workflow', () => {
  it.each(golden)('fits 40 lines, in both languages: $name', async (history) => {
    const life = await lifeOf(history);
    for (const locale of LOCALES) {
      const lines = describeWhole(life, locale);
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(lines.join('\n')).not.toMatch(/undefined|null|NaN|\[object|\{\w+\}/);
      expect(stepsOf(life).length).toBeGreaterThan(0);
    }
  });

  it('is that of an order that was closed', async () => {
    expect(stepsOf(await recorded('unpaid-and-closed'))).toEqual([
      'the watching began — now `awaiting-payment`',
      'close: `NOTPAY` → `accepted` → `CLOSED` — now `closed`',
    ]);
  });

  it('names what a person said, and what became of it', async () => {
    expect(stepsOf(await recorded('wrong-amount-resolved'))).toEqual([
      'the watching began — now `awaiting-payment`',
      'close: `SUCCESS`, nothing was sent — now `needs-attention` (`amount-differs`)',
      '`resolve`, `closed`, by `Mei`',
      'query: `SUCCESS` — now `needs-attention` (`resolution-contradicted`)',
      '`resolve`, `paid`, by `Mei`',
      'query: `SUCCESS` — now `resolved`',
    ]);
  });

  it('says of a close that was lost that it may have been sent', async () => {
    expect(stepsOf(await recorded('attempt-lost'))).toEqual([
      'the watching began — now `awaiting-payment`',
      'close: `LOCAL_LOST`, maybe sent — now `closing`',
      'query: `CLOSED` — now `closed`',
    ]);
  });

  it('tells when the checkout was told', async () => {
    expect(stepsOf(await recorded('told-closed'))).toContain('told the checkout: `delivered`, `order.closed`');
  });

  it('is also that of a service order, a late payment and a delivery', async () => {
    expect(stepsOf(await recorded('cancelled-on-request')).at(-1)).toBe(
      'cancel: `CREATED` → `accepted` → `REVOKED` — now `cancelled`',
    );
    expect(stepsOf(await recorded('late-and-recorded')).join('\n')).toMatch(
      /`record`, `\w+`, by `\w+` — now `recorded`/,
    );
    expect(stepsOf(await recorded('told-refused-and-given-up')).join('\n')).toMatch(
      /`giveUp`, by `\w+` — now `given-up`/,
    );
    expect(stepsOf(await recorded('goes-on-in-a-new-run'))[0]).toContain('new run');
  });
});

describe('what is next', () => {
  it('is said with why a person is needed, and with the command that settles it', async () => {
    const text = describeWhole(await recorded('cut-in-attention'), 'en').join('\n');
    expect(text).toMatch(/Next: A person is needed; WeChat Pay is asked again at .*\nWhy: Asking again does not fix/);
    expect(text).toContain('Advice: Check on the merchant platform');
    expect(text).toContain("wechatpay-orders orders retry 'order/1900000109/CUT-IN-ATTENTION'  ");
    expect(text).toContain("wechatpay-orders orders resolve 'order/1900000109/CUT-IN-ATTENTION' --as … --note '…'");
  });

  it('is the call in flight, with its attempts', async () => {
    const life = await recorded('cut-in-a-close');
    const pending = { activity: 'closeOrder', attempt: 3, lastCode: 'SYSTEM_ERROR' };
    expect(describeWhole({ ...life, pending }, 'en')).toContain(
      'Next: close is in flight, attempt 3; the last one failed with SYSTEM_ERROR',
    );
    expect(describeWhole({ ...life, pending }, 'zh')).toContain(
      '下一步：关单进行中，第 3 次尝试；上一次失败：SYSTEM_ERROR',
    );
  });

  it.each([
    ['timeoutThenClose', 'awaiting-payment', true, ['checkNow', 'closeNow', 'extend']],
    ['timeoutThenClose', 'unsettled', true, ['retry']],
    ['timeoutThenClose', 'closing', true, []],
    ['timeoutThenClose', 'paid', false, ['resend']],
    ['timeoutThenClose', 'released', false, ['adopt']],
    ['timeoutThenClose', 'awaiting-payment', false, ['adopt']],
    ['cancelPayscore', 'waiting', true, ['requestCancel']],
    ['cancelPayscore', 'needs-attention', true, ['retry', 'resolve']],
    ['latePayment', 'needs-attention', true, ['record', 'retry']],
    ['deliverOutcomes', 'not-delivered', true, ['retry']],
    ['deliverOutcomes', 'delivered', false, []],
    ['ofSomebodyElse', 'x', true, []],
  ])('has the commands of a %s that is %s', (type, state, isOpen, commands) => {
    expect(commandsFor(type, state, isOpen)).toEqual(commands);
  });
});

describe('a history that somebody else has made', () => {
  it('is shown in words, and no character of it moves the cursor', async () => {
    const life = await recorded('unpaid-and-closed');
    for (const outcome of [{ ended: 'resolved' }, { ended: 'of a newer version' }, { ended: 'paid', amount: 'x' }]) {
      const strange = { ...life, outcome, type: life.type, shows: { state: 'a\u001b[2Jb\u202ec', reason: null } };
      const text = describeWhole(strange, 'en').join('\n');
      expect(text).toContain('nothing, it has ended.');
      expect(text).not.toMatch(/[\u001b\u202e]|undefined/);
    }
  });
});

describe('an answer of another form', () => {
  it('is left out of the story', async () => {
    const history = golden.find(({ name }) => name === 'unpaid-and-closed');
    const text = history?.text.replace(
      /("activityTaskCompletedEventAttributes": \{\s*"result": \{[^]*?"data": )"[^"]*"/,
      '$1"e30="',
    );
    expect(text).not.toBe(history?.text);
    const life = await lifeOf({ ...(history as typeof history & object), json: JSON.parse(text ?? '') as unknown });
    expect(stepsOf(life)).toEqual(['the watching began — now `awaiting-payment`', 'the wait was over — now `closed`']);
  });
});

describe('a long story', () => {
  it('shows its beginning and its end, and how much lies between', async () => {
    const life = await recorded('unpaid-and-closed');
    const entries = Array.from({ length: 60 }, (_, index) => ({
      at: START + index * MINUTE,
      what: index % 2 ? ('closeNow' as const) : ('placedAgain' as const),
    }));
    const long = { ...life, entries };
    expect(describeWhole(long, 'en').length).toBeLessThanOrEqual(40);
    expect(describeWhole(long, 'en')).toContain('  … 39 more steps: --all shows them');
    expect(describeWhole(long, 'en', true).length).toBeGreaterThan(60);
  });
});

describe('show', () => {
  it.each([
    ['order/1900000109/A1', 'order/1900000109/A1'],
    ['1900000109/A1', 'order/1900000109/A1'],
    ['1900000109/1900000222/A1', 'order/1900000109/1900000222/A1'],
    ['late/order/1900000109/A1', 'late/order/1900000109/A1'],
    ['outcome/payscore/1900000109/R1', 'outcome/payscore/1900000109/R1'],
    ['http://127.0.0.1:8233/namespaces/default/workflows/order%2F1900000109%2FA1/user-metadata', 'order/1900000109/A1'],
    ['http://127.0.0.1:8233/namespaces/default/workflows/order%2F1%ZZ', 'order/order%2F1%ZZ'],
  ])('takes %s', (typed, id) => expect(workflowIdOf(typed)).toBe(id));
});
