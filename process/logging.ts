import './musl.js';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel, type Logger } from '@temporalio/worker';
import { pino, type DestinationStream } from 'pino';
import { ADVICE } from '../domain/errors/advice.js';
import { CALLS } from '../domain/call-policies.js';
import { errorRow } from '../domain/errors/table.js';
import { throttle } from './throttle.js';

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
  'address',
] as const;

/**
 * A logger that writes one JSON object a line, with allowed attributes only.
 *
 * @param destination default: standard output
 */
export function jsonLogger(level: Lowercase<LogLevel>, destination?: DestinationStream): Logger {
  const lines = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const untoldOf = throttle(() => performance.now());
  // A call without an answer is tried again, so it is told at `debug`. Now and then it is a warning: with a wrong host, or
  // behind a firewall, a worker would otherwise look like one that does nothing.
  const severityOf = ({ level: own, meta }: LogEntry): Lowercase<LogLevel> => {
    const isSilence = own === 'DEBUG' && codeOf(meta?.['error']) === 'LOCAL_NO_ANSWER';
    return isSilence && untoldOf('silence') !== undefined ? 'warn' : (own.toLowerCase() as Lowercase<LogLevel>);
  };
  return new DefaultLogger('TRACE', (entry) => {
    const severity = severityOf(entry);
    if (!lines.isLevelEnabled(severity)) return;
    lines[severity]({ ...allowed(entry.meta), ...failureOf(entry.meta) }, entry.message);
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
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
  const type = codeOf(error);
  const call = CALLS.find((name) => name === meta?.['activityType']);
  const row = call && error instanceof ApplicationFailure ? errorRow(call, type) : undefined;
  if (row === undefined) return { failure: type };
  return { failure: type, what: error.message, whatToDo: ADVICE[row.advice].en };
}
