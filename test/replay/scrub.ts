/** Fields of a history that name the machine which recorded it, and their replacements. */
const REPLACED: Readonly<Record<string, string>> = { stackTrace: '' };

/** Removes from a history what names the machine. The rest still replays. */
export function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, REPLACED[key] ?? scrub(inner)]));
}
