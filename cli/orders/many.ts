import { fill } from '../../domain/page/texts.js';
import { SECOND } from '../../domain/time.js';
import { INTERRUPTED, UsageError } from '../../process/command-line.js';
import { EXIT_CODES } from '../../process/exit.js';
import type { Action, Done } from './actions.js';
import { ask, type Desk, note, say } from './desk.js';
import { tableOf } from './list.js';
import { paced, Progress, stoppable, withEach } from './pace.js';
import { LISTED, MANY, USAGE } from './texts.js';
import { type Kind, queryOf } from './where.js';
import { type Handle, handleNamed, handleOf, type Named } from './which.js';
import { type Failure, failureOf, OF_ALL } from './words.js';

/** The exit codes besides those of every command. */
export const EXITS = {
  someNot: EXIT_CODES.unexpected,
  notStood: 3,
} as const;

/** How many actions begin in a second. */
export const DEFAULT_RATE = 20;

/** How many of the selected orders are shown before a person is asked. */
const SHOWN = 20;

/** How many are selected at most. Running the command again selects the rest. */
const MOST = 10_000;

export interface Selecting {
  /** One order; or the conditions of many. */
  readonly named: Named | undefined;
  readonly where: string | undefined;
  readonly yes: boolean;
  readonly rate: number;
}

/** Does something with one order, or with all that fit. @throws UsageError */
export async function oneOrMany<K extends Kind>(desk: Desk, action: Action<K>, selecting: Selecting): Promise<number> {
  const { named, where } = selecting;
  if ((named === undefined) === (where === undefined)) throw new UsageError(USAGE.oneOrMany[desk.locale]);
  return named === undefined ? many(desk, action, { ...selecting, where: where ?? '' }) : one(desk, action, named);
}

/** Does something with one order. @throws UsageError, and what the client throws */
export async function one<K extends Kind>(desk: Desk, action: Pick<Action<K>, 'kinds' | 'act'>, named: Named) {
  const of = await handleNamed(desk, named, action.kinds);
  const { result, words, answer } = await action.act(of, desk);
  say(desk, words, { workflowId: of.handle.workflowId, result, ...answer });
  return result === 'not-stood' ? EXITS.notStood : EXIT_CODES.ok;
}

interface Report {
  readonly selected: number;
  readonly done: string[];
  readonly ended: string[];
  readonly notStood: (Pick<Done, 'words' | 'answer'> & { readonly workflowId: string })[];
  readonly failed: (Failure & { readonly workflowId: string })[];
  /** How many were not tried, because the work was stopped. */
  left: number;
}

async function many<K extends Kind>(
  desk: Desk,
  { kinds, question, act }: Action<K>,
  { where, yes, rate }: Selecting & { readonly where: string },
): Promise<number> {
  const { locale } = desk;
  if (where.trim() === '') throw new UsageError(USAGE.noConditions[locale]);
  const selected = await desk.list.find(queryOf({ conditions: where, kinds }, locale), MOST);
  const report: Report = { selected: selected.length, done: [], ended: [], notStood: [], failed: [], left: 0 };
  if (selected.length === 0) {
    say(desk, LISTED.none[locale], report);
    return EXIT_CODES.ok;
  }
  const stop = stoppable(MANY.finishing[locale]);
  const count = String(selected.length);
  const more =
    selected.length > SHOWN ? `\n${fill(MANY.more, locale, { count: String(selected.length - SHOWN) })}` : '';
  note(`${fill(MANY.selected, locale, { count })}\n${tableOf(selected.slice(0, SHOWN), locale)}${more}\n`);
  if (!yes && !desk.isTerminal) throw new UsageError(MANY.needsYes[locale]);
  if (!yes && !/^y(es)?$|^是$/i.test(await ask(question(desk, count) + MANY.answers[locale]))) {
    say(desk, MANY.declined[locale], report);
    return EXITS.someNot;
  }
  const begun = Date.now();
  let tried = 0;
  const progress = new Progress(selected.length, (done) =>
    fill(MANY.progress, locale, { done: String(done), total: count, failed: String(report.failed.length) }),
  );
  report.left = await withEach(selected, paced(rate, stop), stop.signal, async ({ workflowId }) => {
    await actOn(desk, act, workflowId, report, stop);
    progress.done((tried += 1));
  }).finally(() => progress.end());
  say(desk, reportWords(desk, report, begun), report);
  if (report.failed.length > 0) return EXITS.someNot;
  if (stop.signal.aborted) return INTERRUPTED;
  return report.notStood.length > 0 ? EXITS.notStood : EXIT_CODES.ok;
}

async function actOn<K extends Kind>(
  desk: Desk,
  act: Action<K>['act'],
  workflowId: string,
  report: Report,
  stop: AbortController,
): Promise<void> {
  // The query selects no other kinds.
  const of = handleOf(desk, workflowId) as Extract<Handle, { readonly kind: K }>;
  try {
    const { result, words, answer } = await act(of, desk);
    if (result === 'not-stood') report.notStood.push({ workflowId, words, answer });
    else report[result].push(workflowId);
  } catch (error) {
    const failure = failureOf(error, desk);
    if (failure.code === 'already-ended') {
      report.ended.push(workflowId);
      return;
    }
    report.failed.push({ workflowId, ...failure });
    if (OF_ALL.includes(failure.code)) stop.abort();
  }
}

function reportWords({ locale }: Desk, { done, ended, notStood, failed, left }: Report, begun: number): string {
  const counts = {
    done: String(done.length),
    ended: String(ended.length),
    notStood: String(notStood.length),
    failed: String(failed.length),
    left: String(left),
    seconds: ((Date.now() - begun) / SECOND).toFixed(1),
  };
  const lines = [
    ...notStood.map(({ words }) => words),
    ...failed.map(({ workflowId, code, message }) => `${workflowId}: ${code}: ${message}`),
    fill(MANY.report, locale, counts),
    ...(failed.length + left > 0 ? [MANY.again[locale]] : []),
  ];
  return lines.join('\n');
}
