import { describe, expect, it } from 'vitest';
import { callName, CALLS } from '../../../domain/call-policies.js';
import { ADVICE } from '../../../domain/errors/advice.js';
import { code, MAX_SUMMARY_BYTES, plain, summary } from '../../../domain/page/markdown.js';
import { formatInstant, formatMoney, toLocalRfc3339 } from '../../../domain/page/format.js';
import { GUARDED_WRITE } from '../../../domain/guarded-write.js';
import * as lateTable from '../../../domain/late/table.js';
import * as lateTriggers from '../../../domain/late/triggers.js';
import type { Text } from '../../../domain/locale.js';
import { EVENT_TYPES } from '../../../domain/outcome/event.js';
import * as deliveryTable from '../../../domain/outcome/table.js';
import * as deliveryTriggers from '../../../domain/outcome/triggers.js';
import * as orderGuards from '../../../domain/orders/guards.js';
import * as orderTable from '../../../domain/orders/table.js';
import * as orderTriggers from '../../../domain/orders/triggers.js';
import * as serviceGuards from '../../../domain/payscore/guards.js';
import * as serviceTable from '../../../domain/payscore/table.js';
import * as serviceTriggers from '../../../domain/payscore/triggers.js';
import { PAUSES } from '../../../domain/waiting.js';
import * as lateTexts from '../../../domain/page/texts-late.js';
import * as deliveryTexts from '../../../domain/page/texts-outcome.js';
import * as orderTexts from '../../../domain/page/texts-order.js';
import * as serviceTexts from '../../../domain/page/texts-service-order.js';
import * as sharedTexts from '../../../domain/page/texts.js';

const FIVE_PM = Date.parse('2026-01-31T09:00:00Z');

describe('an instant', () => {
  it('is shown in the time zone of the merchant, by name', () => {
    expect(formatInstant(FIVE_PM, 'Asia/Hong_Kong')).toBe('2026-01-31 17:00:00 (Asia/Hong_Kong)');
    expect(formatInstant(FIVE_PM, 'America/New_York')).toBe('2026-01-31 04:00:00 (America/New_York)');
  });

  it('is shown as hour 00 at midnight', () => {
    expect(formatInstant(Date.parse('2026-01-30T16:00:00Z'), 'Asia/Shanghai')).toBe(
      '2026-01-31 00:00:00 (Asia/Shanghai)',
    );
  });

  it('is shown in Beijing time if Node does not know the time zone', () => {
    expect(formatInstant(FIVE_PM, 'Mars/Olympus')).toBe('2026-01-31 17:00:00 (Asia/Shanghai)');
  });

  it.each(['Asia/Hong_Kong', 'America/New_York', 'Asia/Kolkata', 'UTC', 'Mars/Olympus'])(
    'is the same instant in RFC 3339 with the offset of %s',
    (timeZone) => expect(Date.parse(toLocalRfc3339(FIVE_PM, timeZone))).toBe(FIVE_PM),
  );

  it('is written in RFC 3339 as the clock on the wall shows it', () => {
    expect(toLocalRfc3339(FIVE_PM, 'Asia/Hong_Kong')).toBe('2026-01-31T17:00:00+08:00');
  });
});

describe('money', () => {
  it.each([
    [{ total: 888, currency: 'HKD' }, 'HKD 8.88'],
    [{ total: 5, currency: 'CNY' }, 'CNY 0.05'],
    [{ total: 888, currency: 'JPY' }, 'JPY 888'],
    [{ total: Number.MAX_SAFE_INTEGER, currency: 'USD' }, 'USD 90071992547409.91'],
  ])('of a currency whose smallest unit is sure is shown in whole ones: %j', (amount, text) => {
    expect(formatMoney(amount, 'en')).toBe(text);
    expect(formatMoney(amount, 'zh')).toBe(text);
  });

  // ICU calls IDR and LAK whole, and ISO 4217 does not; XTS is none.
  it.each(['IDR', 'LAK', 'XTS'])('of %s is shown as the integer that it is', (currency) => {
    expect(formatMoney({ total: 888, currency }, 'en')).toBe(`${currency} 888 (in the smallest unit)`);
    expect(formatMoney({ total: 888, currency }, 'zh')).toBe(`${currency} 888（最小货币单位）`);
  });
});

describe('a text from outside', () => {
  it.each([
    ['a|b*c_d', '`a|b*c_d`'],
    ['**bold** <b>', '`**bold** <b>`'],
    ['a`b', '`` a`b ``'],
    ['``', '``` `` ```'],
    ['one\n\n# two', '`one # two`'],
    ['a\u202Eb', '`a b`'],
  ])('is no Markdown: %j', (text, markdown) => expect(code(text)).toBe(markdown));

  it('is cut if it is too long', () => {
    expect(code('字'.repeat(500)).length).toBeLessThan(140);
  });

  it('is unchanged if it is a plain number', () => {
    expect(plain('12175-A')).toBe('12175-A');
    expect(plain('a*b*')).toBe('`a*b*`');
  });
});

describe('a summary', () => {
  it.each(['a', 'é', '字', '😀'])(
    'of many %s has no more bytes than Temporal takes, and no broken character',
    (one) => {
      const cut = summary(one.repeat(300));
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
      expect(Buffer.byteLength(cut)).toBeGreaterThan(MAX_SUMMARY_BYTES - 8);
      expect(cut).toMatch(new RegExp(`^(?:${one})+…$`, 'u'));
    },
  );

  it('that fits is left alone, and one that has a byte too many is not', () => {
    expect(summary('x'.repeat(MAX_SUMMARY_BYTES))).toBe('x'.repeat(MAX_SUMMARY_BYTES));
    expect(summary('x'.repeat(MAX_SUMMARY_BYTES + 1))).toBe(`${'x'.repeat(MAX_SUMMARY_BYTES - 3)}…`);
  });
});

describe('every text', () => {
  const tables = {
    ADVICE,
    PAUSES,
    GUARDED_WRITE,
    CALLS: CALLS.map(callName),
    ...{ ...sharedTexts, ...orderTexts, ...serviceTexts, ...lateTexts, ...deliveryTexts },
    orders: { ...orderTable, ...orderTriggers, ...orderGuards },
    payscore: { ...serviceTable, ...serviceTriggers, ...serviceGuards },
    late: { ...lateTable, ...lateTriggers },
    outcome: { ...deliveryTable, ...deliveryTriggers, EVENT_TYPES },
  };
  const isText = (value: unknown): value is Text => typeof value === 'object' && value !== null && 'en' in value;
  const textsOf = (name: string, value: unknown): [string, Text][] => {
    if (isText(value)) return [[name, value]];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => textsOf(`${name}.${key}`, inner));
  };
  const texts = Object.entries(tables).flatMap(([name, table]) => textsOf(name, table));

  it('is counted', () => expect(texts.length).toBeGreaterThan(300));

  it.each(texts)('%s has the same slots in both languages, and no word of the other', (_name, { en, zh }) => {
    const slots = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(slots(zh)).toEqual(slots(en));
    expect(en).not.toMatch(/\p{Script=Han}|[，。；：（）]/u);
    // A slot, a code span and a code of WeChat Pay belong to no language.
    const words = zh
      .replace(/\{\w+\}|`[^`]*`/g, '')
      .replace(/Temporal UI|Temporal|Activity|Send an Update|Request Cancellation|Request-ID|appid|v2/g, '')
      .replace(/\b[A-Z]+(?:_[A-Z]+)*\b/g, '');
    expect(words).not.toMatch(/[A-Za-z]/);
  });
});
