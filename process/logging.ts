import './musl.js';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, type LogLevel, type Logger } from '@temporalio/worker';
import { pino, type DestinationStream } from 'pino';
import { ADVICE } from '../domain/errors/advice.js';
import { CALLS } from '../domain/call-policies.js';
import { errorRow } from '../domain/errors/table.js';

/**
 * What a log line may carry. Everything else stays out, since an attribute can hold whatever a library put there: the
 * error of an HTTP client holds the key that it was configured with.
 */
const ALLOWED = [
  'workflowId',
  'runId',
  'workflowType',
  'activityType',
  'attempt',
  'taskQueue',
  'namespace',
  'state',
  'said',
  'requestId',
  'event',
  'row',
  'mchid',
  'faults',
  'outcome',
  'form',
  'isVerified',
  'millis',
  'reason',
  'path',
  'untold',
  'whatToDo',
  'operation',
  'status',
  'code',
  'by',
  'taskFailure',
  'taskMessage',
] as const;

/**
 * A logger that writes one JSON object a line, with allowed attributes only.
 *
 * @param destination default: standard output
 */
export function jsonLogger(level: Lowercase<LogLevel>, destination?: DestinationStream): Logger {
  const lines = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return new DefaultLogger(level.toUpperCase() as LogLevel, (entry) => {
    const severity = entry.level.toLowerCase() as Lowercase<LogLevel>;
    lines[severity]({ ...allowed(entry.meta), ...failureOf(entry.meta) }, entry.message);
  });
}

type Meta = Readonly<Record<string, unknown>> | undefined;

function allowed(meta: Meta): Record<string, unknown> {
  return Object.fromEntries(ALLOWED.filter((key) => meta?.[key] !== undefined).map((key) => [key, meta?.[key]]));
}

/**
 * Of an error only its code is told. Where an activity made it, and the error table has its code, its words were chosen
 * for people and hold nothing secret: they are told too, with what is to be done.
 */
function failureOf(meta: Meta): Record<string, string> {
  const error = meta?.['error'];
  if (!(error instanceof Error)) return {};
  const type = 'type' in error && typeof error.type === 'string' ? error.type : error.name;
  const call = CALLS.find((name) => name === meta?.['activityType']);
  const row = call && error instanceof ApplicationFailure ? errorRow(call, type) : undefined;
  if (row === undefined) return { failure: type };
  return { failure: type, what: error.message, whatToDo: ADVICE[row.advice].en };
}
