import { CALLS, type Call } from '../call-policies.js';
import { checkLateInput } from '../late/input.js';
import { LATE_PAYMENT_WORKFLOW, type LateOutcome } from '../late/state.js';
import { PHASES as LATE_PHASES } from '../late/table.js';
import { DEFAULT_TIME_ZONE, type Locale, type Reader } from '../locale.js';
import { checkOrder } from '../orders/input.js';
import { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../orders/order.js';
import type { LastAnswer, Outcome } from '../orders/state.js';
import { PHASES as ORDER_PHASES } from '../orders/table.js';
import { checkDeliveryInput } from '../outcome/input.js';
import { DELIVER_OUTCOMES_WORKFLOW, type DeliveryOutcome } from '../outcome/state.js';
import { PHASES as DELIVERY_PHASES } from '../outcome/table.js';
import { checkServiceOrder } from '../payscore/input.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../payscore/order.js';
import type { ServiceOutcome } from '../payscore/state.js';
import { PHASES as SERVICE_PHASES } from '../payscore/table.js';
import type { PhaseWords } from '../flow.js';
import type { FlowReason } from '../flows.js';
import type { Shows, StoryEntry } from '../story.js';
import type { Instant } from '../time.js';
import { isRecord } from '../validation.js';
import { formatInstant, moneyOf } from './format.js';
import { describeLateEnd, lateDetailsOf } from './late.js';
import { describeEnd, detailsOf } from './order.js';
import { deliveryDetailsOf, describeDeliveryEnd } from './outcome.js';
import { adviseOn } from './payments.js';
import { describeServiceEnd, serviceDetailsOf } from './service-order.js';
import { code } from './markdown.js';
import { describeStep } from './story.js';
import { fill, LAST_ANSWER, WHY } from './texts.js';
import { LATE_REASONS_TEXT } from './texts-late.js';
import { REASONS } from './texts-order.js';
import { DELIVERY, DELIVERY_REASONS_TEXT } from './texts-outcome.js';
import { SERVICE_REASONS } from './texts-service-order.js';
import { HAPPENINGS, WHOLE } from './texts-story.js';
import { commandsFor, describeCommand } from './commands.js';

/** A workflow as its histories tell it, from all of its runs that Temporal has not forgotten. */
export interface WholeLife {
  readonly workflowId: string;
  readonly type: string;
  /** `RUNNING`, `COMPLETED`, `TERMINATED`, … */
  readonly status: string;
  readonly startedAt: Instant;
  /** What it was started with. */
  readonly input: unknown;
  readonly entries: readonly StoryEntry[];
  /** What a list shows. `null`: nothing yet. */
  readonly shows: Shows | null;
  /** The merchant's, once an answer has brought it. */
  readonly timeZone: string | null;
  /** What the workflow returned; `undefined`: it has not. */
  readonly outcome: unknown;
  /** When the timer fires that was started last. `null`: none runs. */
  readonly until: Instant | null;
  readonly events: number;
  readonly runs: number;
  /** A call that is being made, or waits for its next attempt; `lastCode`: of the last attempt that failed. */
  readonly pending: { readonly activity: string; readonly attempt: number; readonly lastCode: string | null } | null;
}

/** What one kind of workflow says of itself. */
interface Kind {
  readonly phases: Readonly<Record<string, PhaseWords>>;
  /** Which order it is. `undefined`: this version cannot read its input. */
  readonly details: (input: unknown, startedAt: Instant, locale: Locale) => string | undefined;
  readonly end: (outcome: never, reader: Reader) => string;
  readonly reasons: Readonly<Record<string, Readonly<Record<Locale, string>>>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  [TIMEOUT_THEN_CLOSE_WORKFLOW]: {
    phases: ORDER_PHASES,
    details: (input, startedAt, locale) => {
      const checked = checkOrder(input, startedAt, Infinity);
      return checked.ok ? detailsOf({ ...checked.value, locale }) : undefined;
    },
    end: (outcome: Outcome, reader) => describeEnd(outcome, reader),
    reasons: REASONS,
  },
  [CANCEL_PAYSCORE_WORKFLOW]: {
    phases: SERVICE_PHASES,
    details: (input, startedAt, locale) => {
      const checked = checkServiceOrder(input, startedAt, Infinity);
      return checked.ok ? serviceDetailsOf({ ...checked.value, locale }) : undefined;
    },
    end: (outcome: ServiceOutcome, { locale }) => describeServiceEnd(outcome, locale),
    reasons: SERVICE_REASONS,
  },
  [LATE_PAYMENT_WORKFLOW]: {
    phases: LATE_PHASES,
    details: (input, _startedAt, locale) => {
      const checked = checkLateInput(input);
      if (!checked.ok) return undefined;
      const { order, ended, notification } = checked.value;
      return lateDetailsOf({ order: order.ref, amount: order.amount, locale, ended, notification });
    },
    end: (outcome: LateOutcome, { locale }) => describeLateEnd(outcome, locale),
    reasons: LATE_REASONS_TEXT,
  },
  [DELIVER_OUTCOMES_WORKFLOW]: {
    phases: DELIVERY_PHASES,
    details: (input, _startedAt, locale) => {
      const checked = checkDeliveryInput(input);
      return checked.ok ? deliveryDetailsOf({ ...checked.value, locale }) : undefined;
    },
    end: (outcome: DeliveryOutcome, { locale }) => describeDeliveryEnd(outcome, locale),
    reasons: DELIVERY_REASONS_TEXT,
  },
};

/** How many steps are shown at the beginning and at the end of a long story, which fits 40 lines then. */
const SHOWN = { first: 3, last: 18 } as const;

/** The whole story of a workflow, line by line: which order, every step, what is next, and what can be done. */
export function describeWhole(life: WholeLife, locale: Locale, isAll = false): readonly string[] {
  const { timeZone, entries, workflowId } = life;
  const reader: Reader = { locale, timeZone: timeZone ?? DEFAULT_TIME_ZONE };
  const steps = entries.map((entry) => `  ${describeStep(entry, reader)}`);
  const commands = commandsFor(life.type, life.shows?.state ?? '', life.status === 'RUNNING');
  const lines = commands.map((name) => describeCommand(name, workflowId, locale));
  const width = Math.max(0, ...lines.map(([command]) => command.length));
  return [
    ...head(life, locale),
    '',
    fill(WHOLE.steps, locale, { timeZone: reader.timeZone }),
    ...(isAll ? steps : shortened(steps, locale)),
    '',
    ...next(life, reader),
    '',
    WHOLE[commands.length === 0 ? 'noCommands' : 'commands'][locale],
    ...lines.map(([command, means]) => `  ${command.padEnd(width)}  ${means}`),
  ].map((line) => line.replaceAll('**', '').replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' '));
}

function head(life: WholeLife, locale: Locale): string[] {
  const { type, shows, events, runs } = life;
  const details = KINDS[type]?.details(life.input, life.startedAt, locale) ?? WHOLE.unread[locale];
  const state = shows === null ? life.status : [shows.state, shows.reason ?? []].flat().join(', ');
  const values = { type, state, events: String(events), runs: String(runs) };
  return [...details.split('\n\n'), fill(WHOLE.state, locale, values)];
}

function shortened(steps: readonly string[], locale: Locale): readonly string[] {
  const left = steps.length - SHOWN.first - SHOWN.last;
  if (left <= 1) return steps;
  const between = `  ${fill(WHOLE.left, locale, { count: String(left) })}`;
  return [...steps.slice(0, SHOWN.first), between, ...steps.slice(-SHOWN.last)];
}

/** What is next, why a person is needed, and what the error table advises. */
function next(life: WholeLife, reader: Reader): string[] {
  const { locale } = reader;
  const kind = KINDS[life.type];
  const { shows, outcome, status } = life;
  if (status !== 'RUNNING') {
    const how = isRecord(outcome)
      ? [WHOLE.nothing[locale], endOf(kind, outcome, reader)].join(' ')
      : fill(WHOLE.unwatched, locale, { status });
    return [fill(WHOLE.next, locale, { next: how })];
  }
  const lines = [fill(WHOLE.next, locale, { next: inFlight(life, locale) ?? waiting(life, reader) })];
  if (shows !== null && shows.reason !== null) {
    const text = kind?.reasons[shows.reason]?.[locale] ?? shows.reason;
    lines.push(fill(WHY.reason, locale, { reason: text.replace('{amount}', amountIn(life, locale)) }));
    lines.push(...adviseOn(lastAnswerIn(life.entries), locale, shows.reason as FlowReason));
  }
  return lines;
}

/** How it ended, in words; if this version does not know them, as it stands. */
function endOf(kind: Kind | undefined, outcome: object, reader: Reader): string {
  try {
    return kind?.end(outcome as never, reader) ?? code(JSON.stringify(outcome));
  } catch {
    return code(JSON.stringify(outcome));
  }
}

function inFlight({ pending }: WholeLife, locale: Locale): string | undefined {
  if (pending === null) return undefined;
  const { activity, attempt, lastCode } = pending;
  const words = Object.entries(HAPPENINGS).find(([name]) => name === activity)?.[1];
  return fill(WHOLE.call, locale, {
    call: words?.[locale] ?? activity,
    attempt: String(attempt),
    last: lastCode === null ? '' : fill(WHOLE.lastCode, locale, { code: lastCode }),
  });
}

function waiting({ type, shows, until, status }: WholeLife, { locale, timeZone }: Reader): string {
  const phases = Object.values(KINDS[type]?.phases ?? {});
  const title = phases.find(({ visible }) => visible !== undefined && visible === shows?.state)?.title[locale];
  const name = title ?? shows?.state ?? status;
  if (until === null) return name;
  const values = { until: formatInstant(until, timeZone) };
  if (type === DELIVER_OUTCOMES_WORKFLOW) return name + fill(DELIVERY.postedAgain, locale, values);
  const isWait =
    shows?.state === ORDER_PHASES.awaitingPayment.visible || shows?.state === SERVICE_PHASES.waiting.visible;
  return name + fill(isWait ? WHOLE.until : LAST_ANSWER.askedAgain, locale, values);
}

function amountIn({ input, startedAt }: WholeLife, locale: Locale): string {
  const checked = checkOrder(input, startedAt, Infinity);
  return moneyOf(checked.ok ? checked.value.amount : null, locale);
}

/** The answer that the last call ended with, as far as its code is known. */
function lastAnswerIn(entries: readonly StoryEntry[]): LastAnswer | null {
  const last = entries.findLast(({ what, said }) => (CALLS as string[]).includes(what) && said !== undefined);
  if (last === undefined) return null;
  const { what, said = [], requestId = null, at } = last;
  return { call: what as Call, said: said.at(-1) ?? '', requestId, at };
}
