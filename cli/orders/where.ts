import type { Locale } from '../../domain/locale.js';
import { FLOWS } from '../../domain/flows.js';
import { PHASES as LATE_PHASES } from '../../domain/late/table.js';
import { PHASES as ORDER_PHASES } from '../../domain/orders/table.js';
import { PHASES as DELIVERY_PHASES } from '../../domain/outcome/table.js';
import { fill } from '../../domain/page/texts.js';
import { PHASES as SERVICE_PHASES } from '../../domain/payscore/table.js';
import { type Instant, parseDuration } from '../../domain/time.js';
import { UsageError } from '../../process/command-line.js';
import {
  deadlineAttribute,
  merchantAttribute,
  reasonAttribute,
  stateAttribute,
  listOf,
  quoted,
} from '../../workflows/messages/shared.js';
import { momentOf } from './desk.js';
import { STATES, USAGE } from './texts.js';

/** What a workflow watches, and its type. */
export const KINDS = {
  order: FLOWS.orders.workflowType,
  payscore: FLOWS.payscore.workflowType,
  late: FLOWS.late.workflowType,
  delivery: FLOWS.outcome.workflowType,
} as const;
export type Kind = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

/** The states of what has not ended. */
const OPEN: readonly string[] = [ORDER_PHASES, SERVICE_PHASES, LATE_PHASES, DELIVERY_PHASES].flatMap((phases) =>
  Object.values<object>(phases).flatMap((phase) => ('visible' in phase ? String(phase.visible) : [])),
);

const REASONS: readonly string[] = [...new Set(Object.values(FLOWS).flatMap(({ reasons }) => reasons))];

interface Condition {
  /** How its value is written. */
  readonly form: string;
  /** Its part of the visibility query; `undefined`: the value cannot be used. */
  readonly clause: (value: string, now: Instant) => string | undefined;
}

/** Every condition, by the name that it has on the command line. No value that is not checked comes into a query. */
export const CONDITIONS = {
  state: { form: Object.keys(STATES).join(', '), clause: among(stateAttribute.name, Object.keys(STATES)) },
  reason: { form: REASONS.join(', '), clause: among(reasonAttribute.name, REASONS) },
  merchant: {
    form: 'merchant numbers',
    clause: (value) =>
      /^\d{1,32}(,\d{1,32})*$/.test(value) ? isIn(merchantAttribute.name, value.split(',')) : undefined,
  },
  kind: { form: KIND_NAMES.join(', '), clause: among('WorkflowType', KIND_NAMES, (kind) => KINDS[kind as Kind]) },
  'due-before': {
    form: 'now, an instant, or a length of time from now on (2h)',
    clause: (value, now) => {
      const moment = value === 'now' ? now : momentOf(value, now);
      return moment === undefined ? undefined : `${deadlineAttribute.name} < '${new Date(moment).toISOString()}'`;
    },
  },
  'older-than': { form: 'a length of time, as in 2h', clause: (value, now) => started('<', value, now) },
  'newer-than': { form: 'a length of time, as in 2h', clause: (value, now) => started('>', value, now) },
} as const satisfies Record<string, Condition>;

export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly (keyof typeof CONDITIONS)[];

function among(attribute: string, known: readonly string[], as = (value: string) => value) {
  return (text: string): string | undefined => {
    const values = text.split(',');
    return values.every((value) => known.includes(value)) ? isIn(attribute, values.map(as)) : undefined;
  };
}

function isIn(attribute: string, values: readonly string[]): string {
  return `${attribute} IN ${listOf(values)}`;
}

function started(sign: '<' | '>', value: string, now: Instant): string | undefined {
  const age = parseDuration(value);
  return age === undefined ? undefined : `StartTime ${sign} ${quoted(new Date(now - age).toISOString())}`;
}

/** Which orders a command is about. */
export interface Wanted {
  /** As on the command line: `state=needs-attention merchant=1900000109`. */
  readonly conditions: string;
  /** The kinds that the command takes. */
  readonly kinds?: readonly Kind[];
  /** Also what has ended. Default: only if a state of the conditions is an end. */
  readonly ended?: boolean;
}

/** The visibility query of what is wanted. @throws UsageError */
export function queryOf({ conditions, kinds = KIND_NAMES, ended = false }: Wanted, locale: Locale): string {
  const given = new Map<string, string>();
  const now = Date.now();
  const clauses = conditions
    .split(/\s+/)
    .filter(Boolean)
    .map((text) => {
      const [key = '', ...rest] = text.split('=');
      const value = rest.join('=');
      const condition = CONDITION_NAMES.find((each) => each === key);
      if (condition === undefined) {
        const forms = CONDITION_NAMES.map((name) => `${name}=…`).join(' ');
        throw new UsageError(fill(USAGE.condition, locale, { text: JSON.stringify(text), forms }));
      }
      if (given.has(key)) throw new UsageError(fill(USAGE.twice, locale, { key }));
      given.set(key, value);
      const clause = CONDITIONS[condition].clause(value, now);
      if (clause !== undefined) return clause;
      const { form } = CONDITIONS[condition];
      throw new UsageError(fill(USAGE.value, locale, { key, form, text: JSON.stringify(value) }));
    });
  const wrong = given
    .get('kind')
    ?.split(',')
    .find((kind) => !kinds.some((each) => each === kind));
  if (wrong !== undefined) throw new UsageError(fill(USAGE.kind, locale, { text: wrong, kinds: kinds.join(', ') }));
  const ofKinds = isIn(
    'WorkflowType',
    kinds.map((kind) => KINDS[kind]),
  );
  const showsEnds =
    ended ||
    (given
      .get('state')
      ?.split(',')
      .some((state) => !OPEN.includes(state)) ??
      false);
  return [ofKinds, ...clauses, ...(showsEnds ? [] : ["ExecutionStatus = 'Running'"])].join(' AND ');
}
