import { CANCEL_PAYSCORE, type ServiceRow } from '../../domain/payscore/cancel-payscore.js';
import { checkCancelRequest, checkServiceOrder } from '../../domain/payscore/check.js';
import { visibleServiceState } from '../../domain/describe/service-order.js';
import {
  CANCEL_FRESHNESS,
  CANCEL_SETTLES_WITHIN,
  NOT_FOUND_APART,
  SERVICE_PAUSES,
} from '../../domain/payscore/timing.js';
import { MAX_CANCEL_DELAY, SHORTEST_WAIT, UNREQUESTED_LOOK } from '../../domain/payscore/timing.js';
import { PATIENCE } from '../../domain/timing.js';
import { diagram, type DrawnRow } from './diagram.js';
import { code, inWords, pauseInWords, table } from './markdown.js';
import {
  inServicePhase,
  KEPT_REASONS,
  REQUEST_FIELDS,
  SERVICE_CONDITIONS,
  SERVICE_ENDS,
  SERVICE_FIELDS,
  SERVICE_PAUSE_WORDS,
  SERVICE_PHASES,
  SERVICE_TRIGGERS,
  type OpenServicePhase,
} from './payscore-words.js';
import { briefsOf, conditionsTable, endsTable, ruleFor, stateTable, triggersTable, wordsTable } from './tables.js';

const rows: readonly ServiceRow[] = CANCEL_PAYSCORE;

/** Rows of what a person says. */
const BY_A_PERSON: readonly string[] = ['released', 'resolving', 'resolutionStands'];

function isLeftOut({ on, when = '' }: DrawnRow): boolean {
  return BY_A_PERSON.includes(when) || on.includes('releaseRequested');
}

export function serviceDiagram(): string {
  return diagram(rows, {
    start: 'waiting',
    nodes: {},
    titles: {},
    words: briefsOf(SERVICE_TRIGGERS),
    conditions: {
      restIsOver: 'time is up',
      mayCancel: 'due and allowed',
      mayCancelLater: 'may be allowed later',
      queryTooOld: 'query too old',
      answerIsLate: 'answer is late',
      cancelIsSettling: 'cancel is settling',
      paidClaimed: 'open, called paid',
      neverExisted: 'never found',
    },
    leftOut: isLeftOut,
    asIn: { confirming: 'checking' },
    unspoken: { from: ['unsettled', 'needsAttention'], to: ['needsAttention'] },
  });
}

export function serviceTable(): string {
  return stateTable(rows, Object.keys(SERVICE_PHASES));
}

export function serviceStates(): string {
  const phases = Object.entries(SERVICE_PHASES) as [OpenServicePhase, string][];
  return table(
    ['state', '`WxpayState`', 'what happens'],
    phases.map(([phase, what]) => {
      const shown = visibleServiceState(inServicePhase(phase));
      return [code(phase), shown === undefined ? 'as before' : code(shown), what];
    }),
  );
}

export const serviceEnds = (): string => endsTable(SERVICE_ENDS);

export const keptReasons = (): string => wordsTable(['`reason`', 'why it was kept'], KEPT_REASONS);

export function serviceInput(): string {
  const base = { mchid: '1', outOrderNo: '1', serviceId: '1', appid: 'wx0000000000000000' };
  return table(
    ['field', 'meaning', 'default', 'rule'],
    SERVICE_FIELDS.map(([field, meaning, otherwise, probe]) => {
      return [code(field), meaning, otherwise, ruleFor(field, checkServiceOrder({ ...base, ...probe }, 0))];
    }),
  );
}

export function requestInput(): string {
  const base = { requestId: 'r', reason: 'r' };
  return table(
    ['field', 'meaning', 'default', 'rule'],
    REQUEST_FIELDS.map(([field, meaning, otherwise, probe]) => {
      return [code(field), meaning, otherwise, ruleFor(field, checkCancelRequest({ ...base, ...probe }, 0))];
    }),
  );
}

export function serviceTimes(): string {
  const fixed = [
    ['`CANCEL_FRESHNESS`', inWords(CANCEL_FRESHNESS), 'how old the query may be that allows a cancel'],
    [
      '`CANCEL_SETTLES_WITHIN`',
      inWords(CANCEL_SETTLES_WITHIN),
      'how long after a cancel a query that shows it open is believed to be late',
    ],
    ['`NOT_FOUND_APART`', inWords(NOT_FOUND_APART), 'between two not-founds after which it never existed'],
    ['`UNREQUESTED_LOOK`', inWords(UNREQUESTED_LOOK), 'how often it is looked at while nobody asked for a cancel'],
    ['`SHORTEST_WAIT`', inWords(SHORTEST_WAIT), 'between two questions, at least'],
    ['`MAX_CANCEL_DELAY`', inWords(MAX_CANCEL_DELAY), 'how far ahead a cancel may be requested'],
    ['`PATIENCE`', inWords(PATIENCE), 'from the first check that was due until a person is asked'],
  ];
  const pauses = (Object.keys(SERVICE_PAUSE_WORDS) as (keyof typeof SERVICE_PAUSE_WORDS)[]).map((name) => [
    code(name),
    pauseInWords(SERVICE_PAUSES[name]),
    SERVICE_PAUSE_WORDS[name],
  ]);
  return table(['name', 'length', 'what it is'], [...fixed, ...pauses]);
}

export const serviceTriggers = (): string => triggersTable(SERVICE_TRIGGERS);

export const serviceConditions = (): string => conditionsTable(SERVICE_CONDITIONS);
