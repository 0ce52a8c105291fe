import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { SECOND, toRfc3339 } from '../domain/time.js';
import {
  deadlineAttribute,
  listOf,
  merchantAttribute,
  reasonAttribute,
  stateAttribute,
} from '../workflows/messages/shared.js';
import { Conversation } from './conversation.js';
import { LIST } from './errors.js';

/** How long a list may take, with all its pages. In milliseconds. */
const LIST_WITHIN_MS = 15 * SECOND;

/** How many merchants are looked for at most: each is one call. */
const MAX_MERCHANTS = 50;

/** The run of a workflow, as a list shows it. Its instants are RFC 3339. */
export interface ListedOrder {
  readonly workflowId: string;
  readonly workflowType: string;
  /** As in `RUNNING`. */
  readonly status: string;
  readonly merchant: string | null;
  /** `WxpayState`. */
  readonly state: string | null;
  /** `WxpayReason`: why a person is needed. `null`: none is. */
  readonly reason: string | null;
  readonly deadline: string | null;
  readonly startedAt: string;
}

/** Lists orders by what Temporal's visibility store knows of them, which is some seconds old. Needs no worker. */
export class OrderList {
  private readonly conversation: Conversation<never>;

  constructor(private readonly client: Client) {
    this.conversation = new Conversation(client, LIST, LIST_WITHIN_MS);
  }

  /** The first runs that a visibility query finds, as the server orders them. @throws NoServerError, CallFailedError */
  find(query: string, limit: number): Promise<readonly ListedOrder[]> {
    return this.conversation.within(async () => {
      const found: ListedOrder[] = [];
      if (limit === 0) return found;
      for await (const run of this.client.workflow.list({ query, pageSize: Math.min(limit, 1_000) })) {
        found.push(listed(run));
        if (found.length === limit) break;
      }
      return found;
    });
  }

  /** How many runs a visibility query finds. @throws NoServerError, CallFailedError */
  count(query: string): Promise<number> {
    return this.conversation.within(async () => (await this.client.workflow.count(query)).count);
  }

  /** The merchants of the namespace, or the first fifty. @throws NoServerError, CallFailedError */
  async merchants(): Promise<readonly string[]> {
    const known: string[] = [];
    // Visibility cannot list the values of an attribute: each query asks for a merchant that is not known yet.
    while (known.length < MAX_MERCHANTS) {
      const others = known.length === 0 ? '' : ` AND ${merchantAttribute.name} NOT IN ${listOf(known)}`;
      const [next] = await this.find(`${merchantAttribute.name} IS NOT NULL${others}`, 1);
      const merchant = next?.merchant ?? null;
      if (merchant === null) break;
      known.push(merchant);
    }
    return known;
  }

  /** Those of some workflows that the server knows, open or ended. @throws NoServerError, CallFailedError */
  known(workflowIds: readonly string[]): Promise<readonly string[]> {
    return this.conversation.within(async () => {
      const found = await Promise.all(workflowIds.map((workflowId) => isKnown(this.client, workflowId)));
      return workflowIds.filter((_, index) => found[index]);
    });
  }
}

async function isKnown(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function listed({
  workflowId,
  type,
  status,
  startTime,
  typedSearchAttributes: of,
}: WorkflowExecutionInfo): ListedOrder {
  const deadline = of.get(deadlineAttribute);
  return {
    workflowId,
    workflowType: type,
    status: status.name,
    merchant: of.get(merchantAttribute) ?? null,
    state: of.get(stateAttribute) ?? null,
    reason: of.get(reasonAttribute) ?? null,
    deadline: deadline === undefined ? null : toRfc3339(deadline.getTime()),
    startedAt: toRfc3339(startTime.getTime()),
  };
}
