import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Locale } from '../../domain/locale.js';
import { fill } from '../../domain/page/texts.js';
import { type Fields, isRecord } from '../../domain/validation.js';
import { UsageError } from '../../process/command-line.js';
import { ADOPTED } from './texts.js';

/** A line of the file: its fields, or why it has none. */
export interface Line {
  /** Counted from 1; of CSV, where the record ends. */
  readonly line: number;
  /** As it was read, so that it can be corrected. */
  readonly raw: unknown;
  readonly fields?: Fields;
  readonly fault?: string;
}

/** Where lines come from: a file, or stdin. */
export interface Source {
  /** `-` is stdin. */
  readonly name: string;
  readonly file: FileHandle | undefined;
}

/** @throws UsageError if it cannot be read */
export async function openSource(name: string, locale: Locale): Promise<Source> {
  if (name === '-') return { name, file: undefined };
  try {
    return { name, file: await open(name) };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? '';
    throw new UsageError(fill(ADOPTED.unreadable, locale, { file: name, why }));
  }
}

/** How many lines a file has, without that of the names, about: a record of CSV may have more than one. */
export async function countLines({ file }: Source): Promise<number> {
  let count: number | undefined;
  for await (const chunk of (file?.createReadStream({ start: 0, autoClose: false }) ?? []) as AsyncIterable<Buffer>) {
    count ??= chunk.toString('utf8', 0, 1) === '{' ? 0 : -1;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) count += 1;
  }
  return Math.max(count ?? 0, 0);
}

/** Reads the lines one after the other: JSON Lines if the first begins with a brace, CSV otherwise. @throws UsageError */
export async function* linesOf({ file }: Source, locale: Locale): AsyncGenerator<Line> {
  const stream = file?.createReadStream({ start: 0 }) ?? process.stdin;
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let begin = Buffer.alloc(0);
  let isOver = false;
  while (!isOver && begin.toString().trim() === '') {
    const next = await chunks.next();
    isOver = next.done === true;
    if (next.done !== true) begin = Buffer.concat([begin, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield begin;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const input = Readable.from(all());
  if (/^\uFEFF?\s*\{/.test(begin.toString())) yield* jsonLines(input, locale);
  else yield* csvLines(input, locale);
}

async function* jsonLines(input: Readable, locale: Locale): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    const raw = text.replace(/^\uFEFF/, '').trim();
    if (raw === '') continue;
    const fields = objectIn(raw);
    yield fields === undefined ? { line, raw, fault: ADOPTED.notJson[locale] } : { line, raw: fields, fields };
  }
}

function objectIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

async function* csvLines(input: Readable, locale: Locale): AsyncGenerator<Line> {
  const options = { bom: true, trim: true, info: true, relax_column_count: true, skip_empty_lines: true } as const;
  const parser = input.pipe(parse(options));
  input.on('error', (error) => parser.destroy(error));
  let names: readonly string[] | undefined;
  let last = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      last = info.lines;
      if (names === undefined) {
        names = record.map(nameOfColumn);
        if (!names.includes('outTradeNo') && !names.includes('transactionId'))
          throw new UsageError(ADOPTED.noHeader[locale]);
        continue;
      }
      const counts = { got: String(record.length), wanted: String(names.length) };
      yield record.length === names.length
        ? { line: last, raw: record, fields: fieldsOf(names, record) }
        : { line: last, raw: record, fault: fill(ADOPTED.length, locale, counts) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(fill(ADOPTED.brokenFile, locale, { line: String(last) }));
  }
}

/** Databases write `out_trade_no` for `outTradeNo`. */
function nameOfColumn(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The fields that are not empty. In CSV all are texts. */
function fieldsOf(names: readonly string[], record: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name, index) => (record[index] ? [[name, record[index]]] : [])));
}
