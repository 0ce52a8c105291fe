import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, verifyOutcome, type OutcomeEvent } from '../../../client/outcomes/index.js';
import { EVENTS } from '../../support/outcome-events.js';
import { PAID, posted, SECRET } from './fixtures.js';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../schemas/outcome-event.schema.json', import.meta.url), 'utf8'),
) as { readonly oneOf: readonly { readonly $ref: string }[]; readonly $defs: { readonly unknown: object } };

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(SCHEMA);

/** The first of each type. */
const ONE_EACH = EVENTS.filter(({ type }, index) => EVENTS.findIndex((other) => other.type === type) === index);

/** The ways to each object in a value that is part of an event. */
function objectsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([name, each]) => objectsIn(each, [...path, name]));
  return Array.isArray(value) ? inside : [path, ...inside];
}

/** An event with something else at some place. `undefined`: taken away. */
function changed(event: OutcomeEvent, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone<unknown>(event);
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], copy);
  if (value === undefined) Reflect.deleteProperty(parent as object, last);
  else (parent as Record<string, unknown>)[last] = value;
  return copy;
}

/** The fields that an event may be without. */
const OPTIONAL = new Set(['subMchid', 'replacedBy', 'reason', 'raced', 'totalDue']);

const fieldsOf = (event: OutcomeEvent): (readonly string[])[] =>
  objectsIn(event).flatMap((path) => {
    const at = path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], event);
    return Object.keys(at as object).map((name) => [...path, name]);
  });

describe('the schema of events', () => {
  it('lists every type, and calls no other known', () => {
    const types = Object.keys(EVENT_TYPES);
    expect(SCHEMA.oneOf.map(({ $ref }) => $ref.slice('#/$defs/'.length))).toEqual([...types, 'unknown']);
    expect(SCHEMA.$defs.unknown).toMatchObject({ properties: { type: { not: { enum: types } } } });
  });

  it('has a sample of every type', () => {
    expect(ONE_EACH.map(({ type }) => type)).toEqual(Object.keys(EVENT_TYPES));
  });

  it.each(EVENTS)('accepts $type $id', (event) => {
    expect(validate(event) || validate.errors).toBe(true);
  });

  it.each(ONE_EACH)('refuses $type without a field', (event) => {
    for (const path of fieldsOf(event)) {
      // A reason may only be missing in how a service order was cancelled.
      const mayMiss =
        OPTIONAL.has(path.at(-1) ?? '') && !(path.at(-1) === 'reason' && event.type !== 'service-order.cancelled');
      if (mayMiss) continue;
      expect({ path, isValid: validate(changed(event, path, undefined)) }).toEqual({ path, isValid: false });
    }
  });

  it.each(ONE_EACH)('refuses $type with a number, a list or null in place of its data, order or id', (event) => {
    for (const path of [['data'], ['data', 'order'], ['id'], ['workflowId'], ['occurredAt']]) {
      for (const value of [1, [], null]) expect(validate(changed(event, path, value))).toBe(false);
    }
  });

  it.each(['payer', 'openid', 'attach'])('refuses %s wherever an event may have a field', (name) => {
    for (const event of EVENTS) {
      for (const path of objectsIn(event)) {
        const isValid = validate(changed(event, [...path, name], { openid: 'oUpF8uN95' }));
        expect({ event, path, isValid }).toEqual({ event, path, isValid: false });
      }
    }
  });

  it('accepts a field that a newer worker adds, wherever an event may have one', () => {
    for (const event of ONE_EACH) {
      for (const path of objectsIn(event)) expect(validate(changed(event, [...path, 'more'], 1))).toBe(true);
    }
  });

  it('accepts a type and a reason that a newer worker adds, as verifyOutcome does', () => {
    const newer = { ...PAID, type: 'order.refunded', data: { any: 'thing' } };
    const [asked] = EVENTS.filter(({ type }) => type === 'order.needs-attention');
    expect(validate(newer)).toBe(true);
    expect(validate(changed(asked ?? PAID, ['data', 'reason'], 'another'))).toBe(true);
    const { body, headers } = posted(newer);
    expect(verifyOutcome(body, headers, SECRET)).toMatchObject({ type: 'unknown', unknownType: 'order.refunded' });
  });

  it('accepts the event that the documents show', () => {
    const page = readFileSync(new URL('../../../docs/outcomes.md', import.meta.url), 'utf8');
    const [, body = ''] = /```http\n[\s\S]*?\n\n([\s\S]*?)```/.exec(page) ?? [];
    const event = JSON.parse(body) as OutcomeEvent;
    expect(validate(event) || validate.errors).toBe(true);
    expect(page).toContain(`webhook-id: ${event.id}\n`);
  });

  it('refuses the outcome of another type', () => {
    expect(validate({ ...PAID, type: 'order.closed' })).toBe(false);
    expect(validate({ ...PAID, type: 'late-payment.settled' })).toBe(false);
  });
});
