/** Short enough to be found where only a part leaks, long enough to be nobody's word. */
const WINDOW = 12;

/**
 * The parts of secrets that stand in a text.
 *
 * @param secrets whole keys: PEM, or API keys
 */
export function leaksOf(text: string, secrets: readonly string[]): string[] {
  const bodies = secrets.flatMap((secret) =>
    secret.split('\n').filter((line) => line.length >= WINDOW && !line.startsWith('-----')),
  );
  const windows = bodies.flatMap((body) =>
    Array.from({ length: body.length - WINDOW + 1 }, (_, start) => body.slice(start, start + WINDOW)),
  );
  const seen = new Set<string>();
  for (let start = 0; start + WINDOW <= text.length; start += 1) seen.add(text.slice(start, start + WINDOW));
  return windows.filter((window) => seen.has(window));
}
