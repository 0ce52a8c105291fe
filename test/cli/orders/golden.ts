import { Client, Connection } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { argumentsOf, instantOf } from '../../../client/run-history.js';
import { HistoryReader } from '../../../client/story.js';
import type { WholeLife } from '../../../domain/page/whole-story.js';
import type { RecordedHistory } from '../../replay/history-files.js';

/** Asks nobody: only its converter is used. */
const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });

/** A recorded history, read as the client reads it from a server. */
export async function lifeOf({ workflowId, json }: RecordedHistory): Promise<WholeLife> {
  const events = historyFromJSON(json).events ?? [];
  const reader = new HistoryReader(client, workflowId);
  await reader.read(events);
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const [input] = await argumentsOf(client, { workflowId }, events[0]);
  const last = events.at(-1);
  const isOpen =
    !last?.workflowExecutionCompletedEventAttributes &&
    !last?.workflowExecutionCanceledEventAttributes &&
    !last?.workflowExecutionFailedEventAttributes;
  return {
    ...reader.told,
    workflowId,
    type: started?.workflowType?.name ?? '',
    status: isOpen ? 'RUNNING' : 'COMPLETED',
    startedAt: instantOf(events[0]?.eventTime),
    input,
    events: events.length,
    runs: 1,
    pending: null,
  };
}
