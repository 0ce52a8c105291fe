/** One fault of an input: the field, its value, and the rule that it breaks. */
export interface Fault {
  readonly field: string;
  /**
   * The beginning of the value as JSON, at most 80 characters; of a value of another kind than the field takes, the likely
   * slip. `undefined` if the field is missing.
   */
  readonly value: string | undefined;
  readonly rule: string;
}

/** A valid value, or every fault that it has. */
export type Checked<T, F = Fault> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: F[] };

/** An object that is not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object with more fields than this is refused without reading them: no input of ours has more than twenty. */
const MAX_FIELDS = 100;

/** How many faults are listed at most, and how many characters they may have in all. */
const MAX_LISTED = 20;
const MAX_LISTED_LENGTH = 3_000;

/** How many characters of a value, or of a field's name, are shown. */
const MAX_SHOWN = 80;

const RULES = {
  fields: `must be ${MAX_FIELDS} at most`,
  unknown: 'is not a known field; check its spelling',
} as const;

/** Faults as sentences, for an error message: the first of them, and how many more there are. */
export function describeFaults(faults: readonly Fault[]): string {
  const listed = listedFaults(faults);
  const more = faults.length - listed.length;
  return [...listed.map(describeFault), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** The first faults, no more than an error may carry: an input from outside can have any number. */
export function listedFaults(faults: readonly Fault[]): Fault[] {
  let length = 0;
  return faults.slice(0, MAX_LISTED).filter((each) => (length += describeFault(each).length) <= MAX_LISTED_LENGTH);
}

function describeFault({ field, value, rule }: Fault): string {
  return `${field} ${rule} (got ${value ?? 'nothing'})`;
}

/** Whether two values are the same as JSON. Their fields must be in the same order, as when one function made both. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a text of a form. The form must be anchored at both ends. */
export function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

/** Characters that a reader cannot see: blanks, control and format characters, fillers such as U+3164 and the empty braille cell. */
const ONLY_INVISIBLE = /^[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** How long a person's note and name may be, in code points. */
export const NOTE_LENGTH = 500;
export const BY_LENGTH = 100;

/** Whether a value is a text with at least one visible character, and with no more than `max` code points. */
export function isVisibleText(value: unknown, max: number): value is string {
  // A code point has one or two UTF-16 units, so a longer text need not be read.
  if (typeof value !== 'string' || value.length > 2 * max) return false;
  return !ONLY_INVISIBLE.test(value) && Array.from(value).length <= max;
}

/** What a field takes, if values of another kind are often given for it. */
export type Takes = keyof typeof SLIPS;

/** @param takes names the slip in a value of another kind, where "got" would only repeat what looks right */
export function fault(field: string, value: unknown, rule: string, takes?: Takes): Fault {
  return { field, value: (takes && SLIPS[takes](value)) ?? shown(value), rule };
}

const SLIPS = {
  text: (value: unknown) => (isNumber(value) ? `the number ${numberIn(value)}; write it in quotes` : undefined),
  instant: (value: unknown) =>
    isNumber(value) ? `the number ${numberIn(value)}; use new Date(…).toISOString()` : slipOfWrittenInstant(value),
  duration: (value: unknown) => (isDate(value) ? 'a Date, which is an instant and no length of time' : undefined),
  count: (value: unknown) =>
    matches(value, /^\d{1,16}$/) ? `the text "${value}"; write it without quotes` : undefined,
} as const satisfies Record<string, (value: unknown) => string | undefined>;

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A number that is too large to be exact has lost digits already. */
function numberIn(value: number | bigint): string {
  const text = beginningOf(value, MAX_SHOWN);
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? `${text}, too large to be exact`
    : text;
}

function slipOfWrittenInstant(value: unknown): string | undefined {
  if (matches(value, /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/))
    return `"${value}", without an offset; Beijing time ends in +08:00`;
  if (matches(value, /^\d{4}-\d{2}-\d{2}$/)) return `"${value}", a day without a time`;
  return matches(value, /^\d{14}$/) ? `"${value}", the form of v2, without an offset` : undefined;
}

function isDate(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** The beginning of a value, in one line, as JSON. Values that JSON cannot hold are shown in another form. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (isDate(value)) return 'a Date; use .toISOString()';
  try {
    return cut(beginningOf(value, MAX_SHOWN + 1));
  } catch {
    return 'a value that cannot be read';
  }
}

/** Reads no more of a value than is shown, whatever its size and depth: each level takes some of the room. */
function beginningOf(value: unknown, room: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, Math.max(room, 0)));
    case 'number':
    case 'boolean':
      return String(value);
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? `${value}n` : 'a large bigint';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? beginningOfList(value, room) : beginningOfRecord(value as Fields, room);
    case 'undefined':
    case 'function':
    case 'symbol':
      return typeof value;
  }
}

function beginningOfList(list: readonly unknown[], room: number): string {
  let text = '[';
  for (const each of list) {
    if (text.length >= room) return text;
    text += (text === '[' ? '' : ',') + beginningOf(each, room - text.length);
  }
  return `${text}]`;
}

function beginningOfRecord(record: Fields, room: number): string {
  let text = '{';
  for (const key in record) {
    if (text.length >= room) return text;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key.slice(0, room))}:`;
    text += beginningOf(record[key], room - text.length);
  }
  return `${text}}`;
}

/** Escapes characters that break a line, control a terminal or change the direction of writing, and cuts what is too long. */
function cut(text: string): string {
  const line = text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (line.length <= MAX_SHOWN) return line;
  return `${line.slice(0, MAX_SHOWN - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A field's name: unchanged if it could be one of ours, otherwise shown like a value. */
function nameOf(field: string): string {
  return /^\w{1,40}$/.test(field) ? field : cut(JSON.stringify(field.slice(0, MAX_SHOWN)));
}

export const ok = <T>(value: T): Checked<T, never> => ({ ok: true, value });

export const bad = (field: string, value: unknown, rule: string, takes?: Takes): Checked<never> => ({
  ok: false,
  faults: [fault(field, value, rule, takes)],
});

/** Returns the value if it is valid. Otherwise adds its faults to the list. */
export function collect<T, F>(faults: F[], checked: Checked<T, F>): T | undefined {
  if (checked.ok) return checked.value;
  faults.push(...checked.faults);
  return undefined;
}

/**
 * The fields that are not known. Most are typing errors, which must not silently become a default. If an object has far too
 * many fields, only their number is reported.
 */
export function unknownFields(input: Fields, known: readonly string[]): Fault[] {
  const fields = Object.keys(input);
  if (fields.length > MAX_FIELDS) return [fault('the number of fields', fields.length, RULES.fields)];
  return fields
    .filter((field) => !known.includes(field))
    .map((field) => fault(nameOf(field), input[field], RULES.unknown));
}
