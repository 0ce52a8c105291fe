import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { RawRequest } from './v3-auth.js';

/** A request that cannot be done, and why. */
export class AdminError extends Error {
  override readonly name = 'AdminError';

  constructor(
    readonly status: 400 | 403 | 404 | 409 | 502,
    message: string,
    /** Each with its field. */
    readonly faults?: readonly string[],
  ) {
    super(message);
  }
}

/** @throws AdminError that lists every fault */
export function bodyOf<T extends z.ZodType>({ body }: RawRequest, schema: T): z.infer<T> {
  const text = body?.toString('utf8') ?? '';
  let json: unknown = {};
  try {
    if (text.trim() !== '') json = JSON.parse(text);
  } catch {
    throw new AdminError(400, 'The body is not JSON.');
  }
  return parsed(schema, json);
}

/** @throws AdminError that lists every fault */
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new AdminError(400, 'The request cannot be understood. GET /sandbox tells what can be said.', faults);
}

const INSTANTS = new Set(['at', 'receivedAt', 'createdAt', 'timeExpire', 'paidAt']);

/** Answers in JSON for people: indented, and with times that they can read. */
export async function sendJson(reply: FastifyReply, value: unknown, status = 200): Promise<void> {
  const readable = (key: string, part: unknown): unknown =>
    typeof part === 'number' && INSTANTS.has(key) ? new Date(part).toISOString() : part;
  const text = `${JSON.stringify(value, readable, 2)}\n`;
  await reply.code(status).type('application/json; charset=utf-8').send(text);
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** What was left out is absent, not `undefined`. */
export function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as WithoutUndefined<T>;
}
