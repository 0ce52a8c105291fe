import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidOrderError } from '../../../client/index.js';
import { checkedInput } from '../../../http/api/door.js';
import {
  OPERATION_LIST,
  OPERATIONS,
  type Operation,
  type OperationName,
  problemsOf,
} from '../../../http/api/operations.js';
import { PROBLEMS } from '../../../http/api/problems.js';
import { EVENTS } from '../../support/outcome-events.js';
import { serving } from './serving.js';

interface DescribedOperation {
  readonly operationId: string;
  readonly requestBody?: object;
  readonly responses: Record<string, { readonly headers?: object }>;
}

interface Document {
  readonly paths: Record<string, Record<string, DescribedOperation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

let document: Document;
let ajv: Ajv2020;
beforeAll(async () => {
  const stops: (() => Promise<void>)[] = [];
  const { url } = await serving({}, {}, (stop) => stops.push(stop));
  document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  for (const stop of stops) await stop();
  ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
});

const schemaOf = (name: string): ValidateFunction =>
  ajv.getSchema(`openapi#/components/schemas/${name}`) ?? expect.fail(`no schema ${name}`);

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...structuredClone(document) });
    expect(result).toEqual({ valid: true });
    expect(document).toMatchObject({ openapi: '3.1.0' });
  });

  it('has every operation, with every status that it can answer', () => {
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, responses, requestBody }]) => ({
        name: operationId,
        at: `${method.toUpperCase()} ${path}`,
        statuses: Object.keys(responses).map(Number),
        hasBody: requestBody !== undefined,
      })),
    );
    const rows = OPERATION_LIST.map(([name, operation]) => {
      const problems = problemsOf(operation).map((code) => PROBLEMS[code].status);
      const statuses = [...new Set([...Object.keys(operation.answers).map(Number), ...problems])];
      return {
        name,
        at: `${operation.method} ${operation.path}`,
        statuses: statuses.sort((one, other) => one - other),
        hasBody: operation.body !== undefined,
      };
    });
    const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
    expect(found.sort(byName)).toEqual(rows.sort(byName));
  });

  it('promises the headers that a caller goes by', () => {
    for (const { responses } of Object.values(document.paths).flatMap((methods) => Object.values(methods)))
      expect(Object.entries(responses).filter(([, { headers }]) => headers !== undefined)).toMatchObject([
        ['401', { headers: { 'WWW-Authenticate': { required: true, schema: { type: 'string' } } } }],
        ['503', { headers: { 'Retry-After': { required: true, schema: { type: 'integer' } } } }],
      ]);
  });

  it.each(EVENTS)('has the schema of $type $id', (event) => {
    const validate = schemaOf('OutcomeEvent');
    expect(validate(event) || validate.errors).toBe(true);
    expect(validate({ ...event, data: 1 })).toBe(false);
  });
});

const ORDER = { api: 'v3-global', amount: { total: 1, currency: 'HKD' }, payWithin: '15m' };
const CANCEL = { serviceId: '500001', appid: 'wx8888888888888888', request: { requestId: 'r', reason: 'r' } };
const PATHS = { mchid: '1900000109' };

/** Bodies that are taken, and the name of their schema. */
const TAKEN: Readonly<Partial<Record<OperationName, readonly [schema: string, ...bodies: object[]]>>> = {
  startOrder: [
    'OrderInput',
    ORDER,
    { ...ORDER, appid: 'wx1', createdAt: new Date().toISOString(), trustCreatedAt: false, locale: 'zh' },
    { ...ORDER, timing: { patience: '1h', pauses: { settling: { first: '2s', max: 60_000 } } } },
    { api: 'v2', amountUnknown: true, payBefore: new Date(Date.now() + 60_000).toISOString() },
  ],
  closeOrder: ['CloseRequest', {}, { replacedBy: 'A|1' }],
  extendOrder: ['ExtendRequest', { payBefore: '2030-01-01T00:00:00+08:00' }],
  placementFailed: ['PlacementFailed', { code: 'PARAM_ERROR' }],
  cancelServiceOrder: [
    'ServiceOrderCancel',
    CANCEL,
    { ...CANCEL, request: { ...CANCEL.request, when: { ifNotConfirmedWithin: '30m' } }, locale: 'en' },
    { ...CANCEL, request: { ...CANCEL.request, mayCancel: [], giveUp: { total: 1 } }, timing: { patience: '2h' } },
  ],
};

/** What may stand where something else should. */
const WRONG = [undefined, null, '', 'x y', -1, 0.5, true, [], {}, { more: 1 }, 'x'.repeat(5_000)];

/** Copies of a value, each with something wrong in one place, or with a field more. */
function spoilt(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return WRONG;
  const inside = Object.entries(value).flatMap(([name, each]) =>
    spoilt(each).map((wrong) => JSON.parse(JSON.stringify({ ...value, [name]: wrong })) as unknown),
  );
  return [...inside, { ...value, more: 1 }];
}

/** Whether the door lets a body in. */
function isTaken(operation: Operation, body: unknown): boolean {
  const number = operation.path.includes('service-orders') ? { outOrderNo: 'RENTAL-1' } : { outTradeNo: 'ORDER-1' };
  try {
    checkedInput(operation, { path: { ...PATHS, ...number }, query: {}, body });
    return true;
  } catch (error) {
    if (error instanceof InvalidOrderError) return false;
    throw error;
  }
}

describe('the schema of a length of time', () => {
  it.each(['15m', '1h30m', '86400000ms', 900_000, '9999999d'.repeat(8)])('takes %j', (length) => {
    expect(schemaOf('Duration')(length)).toBe(true);
  });

  it.each(['', '15', '15 m', 'PT15M', '1.5h', '10000000d', '9999999d'.repeat(9), -1, 0.5])(
    'takes no %j, and neither does the door',
    (length) => {
      expect(schemaOf('Duration')(length)).toBe(false);
      for (const body of [
        { ...ORDER, payWithin: length },
        { ...ORDER, timing: { patience: length } },
      ])
        expect(isTaken(OPERATIONS.startOrder, body)).toBe(false);
    },
  );
});

describe('the schema of an instant', () => {
  it.each(['2026-01-31', '2026-01-31T09:00:00', '2026-01-31t09:00:00z', '2026-01-31 09:00:00Z'])(
    'takes no %s',
    (at) => {
      expect(schemaOf('ExtendRequest')({ payBefore: at })).toBe(false);
      expect(isTaken(OPERATIONS.extendOrder, { payBefore: at })).toBe(false);
    },
  );
});

it('the schema of an order says that only a createdAt can be vouched for', () => {
  const vouched = { ...ORDER, trustCreatedAt: true };
  const validate = schemaOf('OrderInput');
  expect(validate(vouched)).toBe(false);
  expect(isTaken(OPERATIONS.startOrder, vouched)).toBe(false);
  expect(validate({ ...vouched, createdAt: new Date().toISOString() })).toBe(true);
});

describe.each(Object.entries(TAKEN))('the schema of a body of %s', (name, [schema, ...bodies]) => {
  const operation: Operation = OPERATIONS[name as OperationName];

  it('has examples, which the door takes', () => {
    const { examples = [] } = document.components.schemas[schema] as { readonly examples?: readonly object[] };
    expect(examples).not.toEqual([]);
    const validate = schemaOf(schema);
    for (const example of examples) {
      expect(validate(example) || validate.errors).toBe(true);
      expect(isTaken(operation, example)).toBe(true);
    }
  });

  it.each(bodies)('takes what the door takes: %j', (body) => {
    const validate = schemaOf(schema);
    expect(validate(body) || validate.errors).toBe(true);
    expect(isTaken(operation, body)).toBe(true);
  });

  it('takes nothing that the door does not refuse for its form', () => {
    const validate = schemaOf(schema);
    const wrong = bodies.flatMap(spoilt);
    expect(wrong.length).toBeGreaterThan(10);
    for (const body of wrong) {
      // What the schema refuses is refused. What it takes may still be refused for what it means.
      if (!validate(body)) expect({ body, isTaken: isTaken(operation, body) }).toEqual({ body, isTaken: false });
    }
  });
});
