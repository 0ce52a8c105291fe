/** What a history says of the machine that made it, and what is put there instead. */
const REPLACED: Readonly<Record<string, string>> = { stackTrace: '' };

/** Takes what belongs to a machine out of a history; what is left replays all the same. */
export function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, REPLACED[key] ?? scrub(inner)]));
}
