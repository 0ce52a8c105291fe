import { isRecord } from '../domain/validation.js';

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A JSON object, or `undefined` if the bytes are anything else. */
export function parseJsonObject(body: Uint8Array): JsonObject | undefined {
  // As in a 204. JSON.parse would throw, which is slow.
  if (body.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(UTF8.decode(body));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
