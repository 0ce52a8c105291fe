/** One fault of an input: which field, what it held, and the rule that it breaks. */
export interface Fault {
  readonly field: string;
  /** The value as JSON, cut short. `undefined` where the field is missing. */
  readonly value: string | undefined;
  readonly rule: string;
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: Fault[] };

/** An object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

const UNKNOWN_FIELD = 'is not a known field; check its spelling';

/** Faults as sentences, for an error message. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(({ field, value, rule }) => `${field} ${rule} (got ${value ?? 'nothing'})`).join('; ');
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Whether a value is a text of a form. A form must name both ends of the text. */
export function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

/** What a reader sees nothing of: blanks, control and format characters, fillers such as U+3164 and the empty braille cell. */
const ONLY_INVISIBLE = /^[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** How long a person's note and name may be, in code points. */
export const NOTE_LENGTH = 500;
export const BY_LENGTH = 100;

/** Whether a text says something: at least one visible character, and no more than `max` code points in all. */
export function isSaid(value: unknown, max: number): value is string {
  return typeof value === 'string' && !ONLY_INVISIBLE.test(value) && Array.from(value).length <= max;
}

export function fault(field: string, value: unknown, rule: string): Fault {
  return { field, value: shown(value)?.slice(0, 80), rule };
}

/** A value as JSON; what JSON cannot hold is told all the same, so that its fault is listed and does not become another. */
function shown(value: unknown): string | undefined {
  if (typeof value === 'bigint') return `${value}n`;
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
  } catch {
    return 'a value that JSON cannot hold';
  }
}

export const ok = <T>(value: T): Checked<T> => ({ ok: true, value });

export const bad = (field: string, value: unknown, rule: string): Checked<never> => ({
  ok: false,
  faults: [fault(field, value, rule)],
});

/** The value where it is good; otherwise its faults are added to those of the others. */
export function collect<T>(faults: Fault[], checked: Checked<T>): T | undefined {
  if (checked.ok) return checked.value;
  faults.push(...checked.faults);
  return undefined;
}

/** Fields that nobody reads: most often a slip of the pen, which must not pass for a default. */
export function unknownFields(input: Fields, known: readonly string[]): Fault[] {
  return Object.keys(input)
    .filter((field) => !known.includes(field))
    .map((field) => fault(field, input[field], UNKNOWN_FIELD));
}
