import { z } from 'zod';
import { InvalidOrderError } from '../../client/index.js';
import { fault, isRecord, type Fault, type Fields } from '../../domain/validation.js';
import type { Input, Operation } from './operations.js';

/** The body of an operation that takes none. */
const NO_FIELDS = z.strictObject({});

/** What a request says, not checked yet. */
export interface RawInput {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Checks a request, before anything is called. Where the domain has words for a fault of its form, they are used: it knows the
 * likely slip.
 *
 * @throws InvalidOrderError with every fault
 */
export function checkedInput(operation: Operation, raw: RawInput): Input {
  const { pathSchema, query, body } = operation;
  const named = { ...pathSchema.shape, ...query.shape };
  const parts = [
    parsed(pathSchema, raw.path, 'path'),
    parsed(query, raw.query, 'query'),
    parsed(body ?? NO_FIELDS, raw.body ?? {}, 'body', named),
  ] as const;
  const [path, queried, said] = parts;
  const input = { path: path.value, query: queried.value, body: said.value } as Input;
  const ofForm = parts.flatMap(({ faults }) => faults);
  // What is no object has nothing that the domain could name better.
  const checked = isRecord(raw.body ?? {}) ? operation.check?.(input) : undefined;
  const ofDomain = checked === undefined || checked.ok ? [] : checked.faults;
  const faults = [...ofDomain, ...ofForm.filter(({ field }) => !isNamed(field, ofDomain))];
  if (faults.length > 0) throw new InvalidOrderError(faults);
  return input;
}

/** Whether a field, one in it, or one that it is in has a fault already. */
function isNamed(field: string, faults: readonly Fault[]): boolean {
  const top = (name: string): string => name.split('.', 1)[0] ?? '';
  return faults.some((each) => each.field.split(', ').some((name) => top(name) === top(field)));
}

interface Parsed {
  /** As it was sent, if it has a fault. */
  readonly value: object;
  readonly faults: readonly Fault[];
}

/** @param elsewhere the fields that have their place in another part */
function parsed(schema: z.ZodObject, value: unknown, part: string, elsewhere: object = {}): Parsed {
  // Of a class of Fastify's, or without a prototype.
  const fields: Fields | undefined = isRecord(value) ? { ...value } : undefined;
  if (fields === undefined) return { value: {}, faults: [fault(part, value, 'must be a JSON object')] };
  const result = schema.safeParse(fields);
  if (result.success) return { value: result.data, faults: [] };
  return { value: fields, faults: result.error.issues.flatMap((issue) => faultsOf(issue, fields, elsewhere)) };
}

function faultsOf(issue: z.core.$ZodIssue, fields: Fields, elsewhere: object): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, 20).map((key) => {
      const path = [...issue.path, key];
      const isElsewhere = issue.path.length === 0 && Object.hasOwn(elsewhere, key);
      const rule = isElsewhere ? 'stands in the URL, and not in the body' : 'is not a known field; check its spelling';
      return fault(nameOf(path), valueAt(fields, path), rule);
    });
  const value = valueAt(fields, issue.path);
  const isMissing = issue.code === 'invalid_type' && value === undefined;
  return [fault(nameOf(issue.path), value, isMissing ? 'is needed' : issue.message)];
}

const MAX_NAME = 80;

function nameOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, MAX_NAME) || 'body';
}

function valueAt(fields: Fields, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], fields);
}
