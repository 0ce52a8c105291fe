import { ADVICE } from '../../domain/errors/advice.js';
import { classify } from '../../domain/errors/classify.js';
import { type Call, CALLS, RETRY } from '../../domain/call-policies.js';
import { ERROR_KINDS, ERROR_TABLE, type ErrorKind, type ErrorRow, isLocal } from '../../domain/errors/table.js';
import { DEFAULT_SERVICE_ORDER_TIMING } from '../../domain/payscore/order.js';
import { CALL_RETRIED_FOR, PAUSES, REFUSALS_BEFORE_A_PERSON } from '../../domain/waiting.js';
import { code, codes, inWords, pauseInWords, table } from './markdown.js';

const rows: readonly ErrorRow[] = ERROR_TABLE;

const { initialInterval, maximumInterval } = RETRY;
const RETRIED = `after ${inWords(initialInterval)}, doubling to ${inWords(maximumInterval)}, for ${inWords(CALL_RETRIED_FOR)}`;

/** What the worker does after an answer of each kind. */
const DONE: Record<ErrorKind, { readonly query: string; readonly write: string }> = {
  outcome: {
    query: '–',
    write: 'Confirms it with a query. After ORDERPAID no close is sent any more, after ORDER_DONE no cancel.',
  },
  retry: {
    query: `Asks again: ${RETRIED}; then the order is _unsettled_, and asked about after ${pauseInWords(PAUSES.unclear)}.`,
    write: `Asks. If the order is still open, it does the whole guarded write again, from its query on: ${RETRIED}.`,
  },
  slowDown: {
    query: `Asks again after ${inWords(PAUSES.tooOften.first)} to ${inWords(2 * PAUSES.tooOften.first)}, for ${inWords(CALL_RETRIED_FOR)}.`,
    write: `Asks; then tries again after ${pauseInWords(PAUSES.tooOften)}.`,
  },
  inProgress: {
    query: 'Asks again, as after any inconclusive answer.',
    write: `Asks; then tries again after ${inWords(PAUSES.inProgress.first)} (PayScore: ${inWords(DEFAULT_SERVICE_ORDER_TIMING.pauses.inProgress.first)}).`,
  },
  notFound: {
    query: 'Takes it for an answer: _not found yet_ (PayScore: _unsettled_).',
    write: `Asks; then tries again after ${pauseInWords(PAUSES.notFound)} (PayScore: ${pauseInWords(PAUSES.refused)}).`,
  },
  state: { query: '–', write: `Asks; then tries again after ${pauseInWords(PAUSES.refused)}.` },
  hint: {
    query: `Asks again after ${inWords(PAUSES.hint.first)}. The ${REFUSALS_BEFORE_A_PERSON}rd time in a row, a person is asked.`,
    write: 'The same. Queries and writes are counted apart.',
  },
  fatal: { query: 'A person is asked at once.', write: 'A person is asked at once.' },
  unknown: {
    query: `The order is _unsettled_: asks again after ${pauseInWords(PAUSES.unclear)}.`,
    write: `Asks, since it may have taken effect; then tries again after ${pauseInWords(PAUSES.unclearWrite)}.`,
  },
};

export function errorKinds(): string {
  const kinds = Object.keys(ERROR_KINDS) as ErrorKind[];
  return table(
    ['kind', 'what it means', 'after a query, the worker', 'after a close or cancel, the worker'],
    kinds.map((kind) => [code(kind), ERROR_KINDS[kind].meaning, DONE[kind].query, DONE[kind].write]),
  );
}

export function errorCodes(): string {
  return codesOf(rows.filter((row) => !isLocal(row.code)));
}

export function localCodes(): string {
  return codesOf(rows.filter((row) => isLocal(row.code)));
}

function codesOf(listed: readonly ErrorRow[]): string {
  const head = ['code', 'call', 'kind', 'unsigned', 'what an operator should do'];
  return table(
    head,
    listed.map((row) => [
      code(row.code),
      callsInWords(row.on),
      code(row.kind) + (row.fatalIfUnchanged ? ', then `fatal`' : ''),
      isLocal(row.code) ? '–' : code(unsignedKind(row)),
      `${ADVICE[row.advice].en}<br/>${ADVICE[row.advice].zh}`,
    ]),
  );
}

function callsInWords(on: readonly Call[]): string {
  return on.length === CALLS.length ? 'every' : codes(on);
}

/** The kind of the code in an answer that is not signed. */
function unsignedKind({ code: rawCode, on }: ErrorRow): ErrorKind {
  const [call = 'queryOrder'] = on;
  return classify({ call, rawCode, status: 400, signed: false }).kind;
}
