import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../domain/orders/input.js';
import { describeFaults, fault, isVisibleText, listedFaults, unknownFields } from '../../domain/validation.js';
import { START } from '../support/orders.js';

const MANY = 100_000;
const manyFields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
const shown = (value: unknown) => fault('field', value, 'is wrong').value;

/** A value that fails the test when it is read. */
function trap(): object {
  return { toJSON: () => expect.unreachable('it was read'), toString: () => expect.unreachable('it was read') };
}

describe('a value in a fault', () => {
  it.each<[unknown, string | undefined]>([
    [undefined, undefined],
    [null, 'null'],
    ['x', '"x"'],
    [15, '15'],
    [NaN, 'NaN'],
    [true, 'true'],
    [888n, '888n'],
    [2n ** 100_000n, 'a large bigint'],
    [[1, 'a', [2n]], '[1,"a",[2n]]'],
    [{ a: 1, b: { c: null }, d: undefined }, '{"a":1,"b":{"c":null},"d":undefined}'],
    [new Date(0), 'a Date; use .toISOString()'],
    [() => 1, 'function'],
    [Symbol('x'), 'symbol'],
    ['a\nb\u202Ec\u2028\u0085', '"a\\nb\\u202ec\\u2028\\u0085"'],
  ])('is shown as it stands: %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it.each<[string, unknown]>([
    ['a long text', 'x'.repeat(1_900_000)],
    ['a long list', Array.from({ length: MANY }, () => 1)],
    ['a list of nothing', new Array(4_000_000_000)],
    ['many fields', manyFields(MANY)],
    ['the name of a field', { ['n'.repeat(1_900_000)]: 1 }],
    ['depth', JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))],
    ['pairs that are cut', '😀'.repeat(100)],
  ])('is cut: %s', (_, value) => {
    expect(shown(value)).toHaveLength(80);
    expect(shown(value)).toMatch(/…$/);
    expect(shown(value)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });

  it('is cut if it contains itself, and is not read beyond what is shown', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(shown(circle)).toMatch(/^\{"self":\{"self":.*…$/);
    expect(shown({ long: 'x'.repeat(100), later: trap() })).toHaveLength(80);
    expect(shown({ get bad() { return expect.unreachable(); } })).toBe('a value that cannot be read'); // prettier-ignore
  });
});

describe('faults', () => {
  const faults = Array.from({ length: 30 }, (_, index) => fault(`f${index}`, 1, 'is wrong'));

  it('are listed up to twenty, and the others counted', () => {
    expect(listedFaults(faults)).toHaveLength(20);
    expect(describeFaults(faults)).toMatch(/^f0 is wrong \(got 1\); .*f19 is wrong \(got 1\); and 10 more$/);
    expect(describeFaults(faults.slice(0, 20))).not.toContain('more');
  });

  it('are listed up to a length', () => {
    const long = faults.map((each) => ({ ...each, rule: 'x'.repeat(1_400) }));
    expect(listedFaults(long)).toHaveLength(2);
    expect(describeFaults(long)).toMatch(/; and 28 more$/);
  });
});

describe('unknown fields', () => {
  it('are named, with care', () => {
    const input = { api: 1, ['__proto__']: 2, 'two words\u202E': 3, ['n'.repeat(1_900_000)]: 4, ['constructor']: 5 };
    const own = JSON.parse('{"__proto__":{"api":"v2"}}') as Record<string, unknown>;
    expect(unknownFields(own, []).map(({ field }) => field)).toEqual(['__proto__']);
    const names = unknownFields(input, ['api']).map(({ field }) => field);
    expect(names).toContain('"two words\\u202e"');
    expect(names).toContain('constructor');
    expect(Math.max(...names.map(({ length }) => length))).toBe(80);
  });

  it('are counted, and not read, if they are far too many', () => {
    const input = { ...manyFields(MANY), trap: trap() };
    expect(unknownFields(manyFields(100), [])).toHaveLength(100);
    const rule = 'must be 100 at most';
    expect(unknownFields(input, [])).toEqual([{ field: 'the number of fields', value: String(MANY + 1), rule }]);
  });

  it.each(['amount', 'timing'])('are counted in %s too', (name) => {
    const good = {
      api: 'v3',
      mchid: '1',
      outTradeNo: 'ORDER-1',
      payWithin: '15m',
      amount: { total: 1, currency: 'CNY' },
    };
    const given = name === 'amount' ? good.amount : {};
    const result = checkOrder({ ...good, [name]: { ...given, ...manyFields(MANY) } }, START);
    if (result.ok) throw new Error('it was taken');
    expect(result.faults).toHaveLength(1);
    expect(describeFaults(result.faults)).toContain('the number of fields must be 100 at most (got 10000');
  });
});

it('a text that is far too long is not read', () => {
  expect(isVisibleText('字'.repeat(500), 500)).toBe(true);
  expect(isVisibleText('😀'.repeat(500), 500)).toBe(true);
  expect(isVisibleText('x'.repeat(501), 500)).toBe(false);
  expect(isVisibleText('😀'.repeat(501), 500)).toBe(false);
});
