import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { OrderInput } from '../../client/index.js';
import { fill } from '../../domain/page/texts.js';
import { SECOND } from '../../domain/time.js';
import { type Fault, type Fields, isRecord } from '../../domain/validation.js';
import { INTERRUPTED, UsageError } from '../../process/command-line.js';
import { EXIT_CODES } from '../../process/exit.js';
import { type Desk, note, say } from './desk.js';
import { EXITS } from './many.js';
import { paced, Progress, stoppable, withEach } from './pace.js';
import { countLines, type Line, linesOf, openSource, type Source } from './records.js';
import { ADOPTED, MANY, USAGE } from './texts.js';
import { type Failure, failureOf, OF_ALL } from './words.js';

/** How many orders are started in a second. Each is one call or two to Temporal. */
export const DEFAULT_ADOPT_RATE = 100;

/** How many lines are adopted between two notes of the progress. What a kill loses is done again, which changes nothing. */
const BATCH = 100;

/** How far a file is adopted. It is kept beside the file until all its lines are. */
interface Kept {
  /** Of the file, so that the progress of another is not taken for its own. */
  readonly size: number;
  readonly mtimeMs: number;
  /** How many records are done, and the line of the last of them. */
  records: number;
  line: number;
  started: number;
  known: number;
  ended: number;
  faults: number;
  /** How long the file of the faults is. What it has beyond that is of lines that are done again. */
  faultBytes: number;
}

interface LineFault {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly faults?: readonly Fault[];
  readonly input: unknown;
}

type Adopted = { readonly as: 'started' | 'known' | 'ended' } | { readonly fault: LineFault };

export interface Adopting {
  readonly file: string;
  /** `api=v3 currency=CNY`: what lines have that do not say otherwise. */
  readonly defaults: string;
  readonly rate: number;
}

/** Starts a workflow for each order of a file. @throws UsageError */
export async function adopt(desk: Desk, { file, defaults, rate }: Adopting): Promise<number> {
  const { locale } = desk;
  const rest = defaultsIn(defaults, desk);
  const source = await openSource(file, locale);
  const begun = Date.now();
  const stop = stoppable(MANY.finishing[locale]);
  const kept = await keptOf(source, desk);
  if (kept.records > 0) note(fill(ADOPTED.resumed, locale, { line: String(kept.line), file: progressFile(source) }));
  const total = await countLines(source);
  const words = (done: number): string =>
    fill(MANY.progress, locale, { done: String(done), total: String(total || '?'), failed: String(kept.faults) });
  const progress = new Progress(Math.max(total, kept.records), words, kept.records);
  const turn = paced(rate, stop);
  let failure: Failure | undefined;
  try {
    for await (const batch of batchesAfter(kept.records, linesOf(source, locale))) {
      const adopted: Adopted[] = [];
      const left = await withEach(batch, turn, stop.signal, async (line, index) => {
        try {
          adopted[index] = await adoptLine(desk, line, rest);
        } catch (error) {
          failure ??= failureOf(error, desk);
          stop.abort();
        }
      });
      // What was started of a batch that is not whole is started again, which changes nothing.
      if (left > 0 || failure !== undefined) break;
      await keep(source, kept, batch, adopted);
      progress.done(kept.records);
      if (stop.signal.aborted) break;
    }
  } finally {
    progress.end();
    await source.file?.close();
  }
  const isStopped = stop.signal.aborted;
  if (!isStopped && source.file !== undefined) await rm(progressFile(source), { force: true });
  report(desk, { source, kept, begun, failure, isStopped });
  if (failure !== undefined) return EXITS.someNot;
  if (isStopped) return INTERRUPTED;
  return kept.faults > 0 ? EXITS.someNot : EXIT_CODES.ok;
}

function progressFile({ name }: Source): string {
  return `${name}.progress`;
}

function faultsFile({ name }: Source): string {
  return `${name === '-' ? 'stdin' : name}.faults.jsonl`;
}

async function keptOf(source: Source, { locale }: Desk): Promise<Kept> {
  const { size = 0, mtimeMs = 0 } = (await source.file?.stat()) ?? {};
  const none = { size, mtimeMs, records: 0, line: 0, started: 0, known: 0, ended: 0, faults: 0, faultBytes: 0 };
  const text = source.file && (await readFile(progressFile(source), 'utf8').catch(() => undefined));
  if (text === undefined) {
    await rm(faultsFile(source), { force: true });
    return none;
  }
  const kept = JSON.parse(text) as Kept;
  if (kept.size === size && kept.mtimeMs === mtimeMs) return kept;
  const names = { file: source.name, progress: progressFile(source) };
  throw new UsageError(fill(ADOPTED.changed, locale, names));
}

/** Writes down the results of a batch: first its faults, then how far the file is done. */
async function keep(source: Source, kept: Kept, batch: readonly Line[], adopted: readonly Adopted[]): Promise<void> {
  const faults = adopted.flatMap((each) => ('fault' in each ? [`${JSON.stringify(each.fault)}\n`] : []));
  for (const each of adopted) if (!('fault' in each)) kept[each.as] += 1;
  if (faults.length > 0) {
    const file = await open(faultsFile(source), kept.faultBytes === 0 ? 'w' : 'r+');
    await file.truncate(kept.faultBytes);
    const { bytesWritten } = await file.write(faults.join(''), kept.faultBytes);
    await file.close();
    kept.faults += faults.length;
    kept.faultBytes += bytesWritten;
  }
  kept.records += batch.length;
  kept.line = batch.at(-1)?.line ?? kept.line;
  if (source.file === undefined) return;
  const file = progressFile(source);
  await writeFile(`${file}.new`, JSON.stringify(kept));
  await rename(`${file}.new`, file);
}

/** No batch has two lines of one order: they are started at the same time, and the first line is to count. */
async function* batchesAfter(records: number, lines: AsyncIterable<Line>): AsyncGenerator<Line[]> {
  let batch = new Map<string, Line>();
  let count = 0;
  for await (const line of lines) {
    count += 1;
    if (count <= records) continue;
    const { mchid, subMchid, outTradeNo, transactionId } = line.fields ?? {};
    const order =
      line.fields === undefined ? `line ${line.line}` : String([mchid, subMchid, outTradeNo, transactionId]);
    if (batch.size === BATCH || batch.has(order)) {
      yield [...batch.values()];
      batch = new Map();
    }
    batch.set(order, line);
  }
  if (batch.size > 0) yield [...batch.values()];
}

/** @throws what the client throws for what is not about this line */
async function adoptLine(desk: Desk, { line, raw, fields, fault }: Line, defaults: Fields): Promise<Adopted> {
  const faulty = (code: string, message: string, faults?: readonly Fault[]): Adopted => ({
    fault: { line, code, message, ...(faults && { faults }), input: raw },
  });
  if (fields === undefined) return faulty('unreadable', fault ?? '');
  try {
    const { isNew, ended, inputDiffers } = await desk.orders.adopt(inputOf(fields, defaults));
    if (inputDiffers) return faulty('input-differs', ADOPTED.differs[desk.locale]);
    return { as: isNew ? 'started' : ended ? 'ended' : 'known' };
  } catch (error) {
    const { code, message } = failureOf(error, desk);
    if (OF_ALL.includes(code)) throw error;
    return faulty(code, message, isRecord(error) && 'faults' in error ? (error['faults'] as Fault[]) : undefined);
  }
}

/** The input of a start. In CSV and among the defaults, the amount is `total` and `currency`, and all is text. */
function inputOf(fields: Fields, defaults: Fields): OrderInput & { readonly createdAt: string } {
  const { total, currency, amountUnknown, ...rest } = { ...defaults, ...fields };
  const unknown = amountUnknown === 'true' ? true : amountUnknown;
  const amount = { total: /^\d{1,16}$/.test(String(total)) ? Number(total) : total, currency };
  return {
    ...rest,
    ...(unknown !== undefined && { amountUnknown: unknown }),
    ...(total !== undefined && rest['amount'] === undefined && { amount }),
  } as unknown as OrderInput & { readonly createdAt: string };
}

function defaultsIn(text: string, { locale }: Desk): Fields {
  const pairs = text.split(/\s+/).filter(Boolean);
  const wrong = pairs.find((pair) => !/^\w+=./.test(pair));
  if (wrong !== undefined) throw new UsageError(fill(USAGE.defaults, locale, { text: JSON.stringify(wrong) }));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

interface Ended {
  readonly source: Source;
  readonly kept: Kept;
  readonly begun: number;
  readonly failure: Failure | undefined;
  readonly isStopped: boolean;
}

function report(desk: Desk, { source, kept, begun, failure, isStopped }: Ended): void {
  const { locale } = desk;
  const { records: lines, line, started, known, ended, faults } = kept;
  const file = faults > 0 ? faultsFile(source) : null;
  const counts = { lines, started, known, ended, faults };
  const texts = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
  const seconds = ((Date.now() - begun) / SECOND).toFixed(1);
  const words = [
    ...(failure === undefined ? [] : [`${failure.code}: ${failure.message}`]),
    fill(ADOPTED.report, locale, { ...(texts as Record<keyof typeof counts, string>), seconds }),
    ...(file === null ? [] : [fill(ADOPTED.faultsIn, locale, { file })]),
    ...(isStopped ? [fill(ADOPTED.stopped, locale, { line: String(line) })] : []),
  ];
  say(desk, words.join('\n'), { ...counts, faultsFile: file, stoppedAfterLine: isStopped ? line : null, failure });
}
