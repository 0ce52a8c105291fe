import { DAY, SECOND } from '../../../domain/time.js';
import { connect, ConnectionError, isCredentialsRefusal, isNotFound } from '../../connect.js';
import { lacking, missingFrom } from '../../setup.js';
import { inTime, known, TooLateError, type Context } from '../context.js';
import { finding, skipped, type Finding } from '../finding.js';
import { RETENTION_DAYS, toKeep, toMake } from '../table/temporal.js';

export async function* checkServer(context: Context): AsyncIterable<Finding> {
  const profile = known(context, 'profile');
  try {
    const temporal = await inTime(context, connect(profile));
    context.ends.push(() => temporal.connection.close());
    context.found.temporal = temporal;
    const { serverVersion } = await inTime(context, temporal.connection.workflowService.getSystemInfo({}));
    yield finding('temporal-server', 'answers', profile.address, `server ${serverVersion || 'of an unknown version'}`);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    yield finding('temporal-server', 'unreachable', profile.address, error.why, error.whatToDo);
  }
}

export async function* checkNamespace(context: Context): AsyncIterable<Finding> {
  const { connection, namespace } = known(context, 'temporal');
  try {
    context.found.namespace = await inTime(context, connection.workflowService.describeNamespace({ namespace }));
    yield finding('namespace', 'there', namespace, 'there, and we may see it');
  } catch (error) {
    if (error instanceof TooLateError) throw error;
    if (isNotFound(error))
      yield finding('namespace', 'missing', namespace, 'the server has no such namespace', toMake(namespace));
    else {
      const said = isCredentialsRefusal(error) ? REFUSED : 'the server refuses the question';
      yield finding('namespace', 'refused', namespace, said);
    }
  }
}

export async function* checkSearchAttributes(context: Context): AsyncIterable<Finding> {
  const temporal = known(context, 'temporal');
  known(context, 'namespace');
  try {
    const missing = await inTime(context, missingFrom(temporal));
    if (missing.length === 0)
      yield finding('search-attributes', 'registered', temporal.namespace, 'all are registered');
    else yield finding('search-attributes', 'missing', temporal.namespace, lacking(missing));
  } catch (error) {
    if (!(error instanceof ConnectionError || isCredentialsRefusal(error))) throw error;
    yield finding('search-attributes', 'refused', temporal.namespace, REFUSED);
  }
}

const REFUSED = 'the server refuses our credentials';

export function* checkRetention(context: Context): Iterable<Finding> {
  const { namespace: name } = known(context, 'temporal');
  const { config } = known(context, 'namespace');
  const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  if (seconds === 0) {
    yield skipped('retention', name, 'the server does not say how long ended orders are kept');
    return;
  }
  const days = Math.floor(((seconds * SECOND) / DAY) * 10) / 10;
  const said = `ended orders are kept for ${days} ${days === 1 ? 'day' : 'days'}`;
  const isShort = seconds * SECOND < RETENTION_DAYS * DAY;
  yield finding('retention', isShort ? 'short' : 'enough', name, said, toKeep(name));
}
