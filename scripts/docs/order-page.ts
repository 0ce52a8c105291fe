import { checkOrder } from '../../domain/orders/check-order.js';
import { visibleState } from '../../domain/describe/order.js';
import { ORDER_APIS, type OrderApi } from '../../domain/orders/order.js';
import { TIMEOUT_THEN_CLOSE, type Row } from '../../domain/orders/timeout-then-close.js';
import {
  CLOSE_FRESHNESS,
  CLOSE_QUEUES_WITHIN,
  DEFAULT_TIMING,
  FLOOR_MARGIN,
  MINIMUM_AGE_TO_CLOSE,
} from '../../domain/timing.js';
import { diagram, type Drawing, type DrawnRow } from './diagram.js';
import { code, inWords, pauseInWords, table } from './markdown.js';
import {
  CONDITIONS,
  ENDS,
  FIELDS,
  inPhase,
  LENGTHS,
  PAUSE_WORDS,
  PHASES,
  TRIGGERS,
  type OpenPhase,
} from './order-words.js';
import { briefsOf, conditionsTable, endsTable, ruleFor, stateTable, triggersTable } from './tables.js';

const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;

/** From so many states on, a row is told of in a sentence. */
const ANY_PHASE = 5;

/** Rows of what a person says, and of what may come at any time. */
const BY_A_PERSON: readonly string[] = ['releasing', 'resolutionStands', 'resolutionPending'];

/** Rows that are not for a first look. */
const UNUSUAL: readonly string[] = [
  'payingTooLong',
  'mayCloseUnseen',
  'paidClaimed',
  'closeIsSettling',
  'neverExisted',
];

function isLeftOut({ from, on, when = '', to }: DrawnRow): boolean {
  const isAnytime = from.length >= ANY_PHASE || on.includes('notificationPaid');
  return isAnytime || to === 'back' || BY_A_PERSON.includes(when);
}

const PAUSES = ['userIsPaying', 'notFoundYet', 'unsettled'] as const;

const briefs = briefsOf(TRIGGERS);

const DRAWING: Drawing = {
  start: 'awaitingPayment',
  nodes: {},
  titles: {},
  words: briefs,
  conditions: {
    due: 'deadline',
    mayClose: 'unpaid and due',
    payingTooLong: 'paying too long',
    mayCloseUnseen: 'not found twice',
    neverExisted: 'never found',
    thirdHint: 'signature refused<br/>3 times',
    requestRefused: 'close refused as faulty',
    isStale: 'query too old',
    paidClaimed: 'unpaid, called paid',
    closeIsSettling: 'close is settling',
  },
  leftOut: isLeftOut,
  asIn: { confirming: 'checking' },
  unspoken: { from: [...PAUSES, 'needsAttention'], to: ['userIsPaying', 'notFoundYet', 'needsAttention'] },
};

const OVERVIEW: Drawing = {
  ...DRAWING,
  nodes: Object.fromEntries(PAUSES.map((phase) => [phase, 'pausing'])),
  titles: { pausing: 'user is paying,<br/>not found yet,<br/>unsettled' },
  words: { ...briefs, hint: 'unclear' },
  leftOut: (row) => isLeftOut(row) || row.on.includes('placedAgain') || UNUSUAL.includes(row.when ?? ''),
  unspoken: { from: ['pausing', 'needsAttention'], to: ['pausing', 'needsAttention'] },
};

/** The life of an order for a first look. */
export function orderOverview(): string {
  return diagram(rows, OVERVIEW);
}

export function orderDiagram(): string {
  return diagram(rows, DRAWING);
}

export function orderTable(): string {
  return stateTable(rows, Object.keys(PHASES));
}

export function orderStates(): string {
  const phases = Object.entries(PHASES) as [OpenPhase, string][];
  const shownAs = (phase: OpenPhase): string => visibleState(inPhase(phase)) ?? '';
  return table(
    ['state', '`WxpayState`', 'what happens'],
    phases.map(([phase, what]) => [code(phase), shownAs(phase) === '' ? 'as before' : code(shownAs(phase)), what]),
  );
}

export const orderEnds = (): string => endsTable(ENDS);

export function orderInput(): string {
  const base = {
    api: 'v3-global',
    mchid: '1',
    outTradeNo: '1',
    amount: { total: 1, currency: 'HKD' },
    payWithin: '15m',
  };
  return table(
    ['field', 'meaning', 'default', 'rule'],
    FIELDS.map(([field, meaning, otherwise, probe]) => {
      const rule = ruleFor(field, checkOrder(defined({ ...base, ...probe }), 0));
      return [code(field), meaning, otherwise, field === 'outTradeNo' ? numberRule(rule) : rule];
    }),
  );
}

/** The form of a number depends on the API. */
function numberRule(rule: string): string {
  const [what = ''] = rule.split(': ');
  const forms = ORDER_APIS.map((api) => `${code(api)} ${formFor(api)}`);
  return `${what}: ${forms.join('; ')}`;
}

function formFor(api: OrderApi): string {
  const [, form = ''] = ruleFor('outTradeNo', checkOrder({ api, outTradeNo: '' }, 0)).split(': ');
  return form;
}

/** An input has no fields without a value. */
function defined(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

export function orderTimes(): string {
  const fixed = [
    ['`MINIMUM_AGE_TO_CLOSE`', inWords(MINIMUM_AGE_TO_CLOSE), 'from the creation to the first close (S0, S2)'],
    ['`FLOOR_MARGIN`', inWords(FLOOR_MARGIN), 'added to it, for clocks that differ and a start before the placement'],
    ['`CLOSE_FRESHNESS`', inWords(CLOSE_FRESHNESS), 'how old the query may be that allows a close'],
    [
      '`CLOSE_QUEUES_WITHIN`',
      inWords(CLOSE_QUEUES_WITHIN),
      'how long a close may wait for a worker, as a part of that',
    ],
  ].map((cells) => [...cells, 'fixed']);
  const lengths = (Object.keys(LENGTHS) as (keyof typeof LENGTHS)[]).map((name) => [
    code(name),
    inWords(DEFAULT_TIMING[name]),
    LENGTHS[name],
    boundsOf(name),
  ]);
  const pauses = (Object.keys(PAUSE_WORDS) as (keyof typeof PAUSE_WORDS)[]).map((name) => [
    code(`pauses.${name}`),
    pauseInWords(DEFAULT_TIMING.pauses[name]),
    PAUSE_WORDS[name],
    boundsOf(`pauses.${name}.first`),
  ]);
  return table(['name in `timing`', 'default', 'what it is', 'may be'], [...fixed, ...lengths, ...pauses]);
}

/** What a length of time may be set to, as the check of it says. */
function boundsOf(path: string): string {
  const wrong = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 'x');
  const rule = ruleFor(`timing.${path}`, checkOrder({ timing: wrong }, 0));
  return rule.slice(rule.lastIndexOf(', ') + 2);
}

export const orderTriggers = (): string => triggersTable(TRIGGERS);

export const orderConditions = (): string => conditionsTable(CONDITIONS);
