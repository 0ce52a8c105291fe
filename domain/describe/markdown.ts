/** The most bytes (UTF-8) that Temporal takes as the summary of a workflow, a timer or an activity. */
export const MAX_SUMMARY_BYTES = 200;

/** How many bytes are shown of a text from outside; the rest is in the history. */
const MAX_CODE_BYTES = 400;

/**
 * A text from outside as Markdown: in a code span nothing of it is read as Markdown, whatever it holds. Line breaks, and
 * characters that turn the direction of writing, become spaces.
 */
export function code(text: string): string {
  const line = cut(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' '), MAX_CODE_BYTES);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 || line.trim() === '' ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A number as it stands, where nothing in it can be read as Markdown; otherwise as code. */
export function plain(text: string): string {
  return /^[0-9A-Za-z-]+$/.test(text) ? text : code(text);
}

/** JSON that can be copied from a page: a code block of one line, inside of a list's item. */
export function jsonBlock(json: unknown): string {
  return ['```json', JSON.stringify(json), '```'].map((line) => `  ${line}`).join('\n');
}

/** A text as a summary: as much of it as Temporal takes. */
export function summary(text: string): string {
  return cut(text, MAX_SUMMARY_BYTES);
}

/** As many whole characters as fit, and an ellipsis where some do not. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let short = '';
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > maxBytes) return `${short}…`;
    if (bytes <= maxBytes - bytesOf('…')) short += character;
  }
  return text;
}

function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
