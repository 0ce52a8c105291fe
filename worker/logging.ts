import { DefaultLogger, type LogLevel, type Logger } from '@temporalio/worker';
import { pino } from 'pino';

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
] as const;

/** A logger that writes one JSON object a line to standard output, with allowed attributes only. */
export function jsonLogger(level: Lowercase<LogLevel>): Logger {
  const lines = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return new DefaultLogger(level.toUpperCase() as LogLevel, (entry) => {
    const severity = entry.level.toLowerCase() as Lowercase<LogLevel>;
    lines[severity]({ ...allowed(entry.meta), ...failureOf(entry.meta) }, entry.message);
  });
}

type Meta = Readonly<Record<string, unknown>> | undefined;

function allowed(meta: Meta): Record<string, unknown> {
  return Object.fromEntries(ALLOWED.filter((key) => meta?.[key] !== undefined).map((key) => [key, meta?.[key]]));
}

/** Of an error only its code is told: activities make it, and it comes from the error table. */
function failureOf(meta: Meta): Record<string, string> {
  const error = meta?.['error'];
  if (!(error instanceof Error)) return {};
  const type = 'type' in error && typeof error.type === 'string' ? error.type : error.name;
  return { failure: type };
}
