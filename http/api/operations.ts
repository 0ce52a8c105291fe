import type { z } from 'zod';
import type {
  CancelRequestInput,
  ExtendRequest,
  FeedPosition,
  OrderClient,
  OrderHandle,
  OrderInput,
  OutcomeFeed,
  PlacementFailedRequest,
  ServiceOrderClient,
  ServiceOrderInput,
} from '../../client/index.js';
import { checkNewOrder } from '../../domain/orders/input.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import type { Checked } from '../../domain/validation.js';
import * as answers from './answers.js';
import * as inputs from './inputs.js';
import type { PlaceKind } from './places.js';
import type { ProblemCode } from './problems.js';

/** What the operations call. */
export interface Clients {
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly feedOf: (mchid: string) => OutcomeFeed;
}

/** What a request says, once its form is checked. */
export interface Input {
  readonly path: Readonly<Record<string, string>> & { readonly mchid: string };
  readonly query: object;
  readonly body: object;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** An operation of the API: one row, from which its route, its part of OpenAPI and its line in docs/api.md are made. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  /** What it does, in a sentence. */
  readonly means: string;
  readonly pathSchema: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodObject;
  /** What it answers, by status. */
  readonly answers: Readonly<Record<number, { readonly means: string; readonly schema: z.ZodType }>>;
  /** The problems that it can answer, besides those of every operation. */
  readonly problems: readonly ProblemCode[];
  /** Which of the places that requests share it takes. */
  readonly takes: PlaceKind;
  /** Checks what the input means, in the words of the domain. What depends on the order's state is checked later. */
  readonly check?: (input: Input) => Checked<unknown>;
  readonly call: (clients: Clients, input: Input) => Promise<Answer>;
}

/** The problems of every operation. */
export const PROBLEMS_OF_ALL = [
  'invalid-order',
  'malformed',
  'unauthenticated',
  'not-your-merchant',
  'timeout',
  'unexpected',
  'call-failed',
  'busy',
  'no-server',
] as const satisfies readonly ProblemCode[];

/** The problems of every operation that is sent with PUT or POST. */
export const PROBLEMS_OF_A_BODY = ['too-large', 'unsupported-media-type'] as const satisfies readonly ProblemCode[];

const TO_THE_WORKFLOW = ['order-not-found', 'no-worker', 'no-outcome'] as const;

const ORDER = '/v1/merchants/{mchid}/orders/{outTradeNo}';
const SERVICE_ORDER = '/v1/merchants/{mchid}/service-orders/{outOrderNo}';

const ofOrder = { pathSchema: inputs.orderPath, query: inputs.orderQuery } as const;
const ofServiceOrder = { pathSchema: inputs.serviceOrderPath, query: inputs.noQuery } as const;

export const OPERATIONS = {
  startOrder: {
    method: 'PUT',
    path: ORDER,
    means: 'Starts the watch over an order. Again changes nothing.',
    ...ofOrder,
    body: inputs.startOrder,
    answers: {
      201: { means: 'This request began the order.', schema: answers.startedOrder },
      200: { means: 'It was there. If it has ended, `outcome` says how.', schema: answers.startedOrder },
    },
    problems: ['other-encoding'],
    takes: 'server',
    // The start of an order that was started in time may be repeated long after its deadline: the client decides on that.
    check: (input) => checkNewOrder(orderInput(input), Date.now(), Infinity),
    call: async ({ orders }, input) => {
      const { handle, ...started } = await orders.start(orderInput(input));
      return { status: started.isNew ? 201 : 200, body: { workflowId: handle.workflowId, ...started } };
    },
  },
  orderState: {
    method: 'GET',
    path: ORDER,
    means: 'The order as it is now. WeChat Pay is not asked.',
    ...ofOrder,
    answers: { 200: { means: 'The order.', schema: answers.orderView } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ orders }, input) => ok(await handleOf(orders, input).state()),
  },
  checkOrder: {
    method: 'POST',
    path: `${ORDER}/check`,
    means: "Asks WeChat Pay now, for the moment when the shopper's page returns. Never closes an order.",
    ...ofOrder,
    answers: { 200: { means: 'The order as it is then, or how it ended.', schema: answers.checkedOrder } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ orders }, input) => ok(await handleOf(orders, input).checkNow()),
  },
  closeOrder: {
    method: 'POST',
    path: `${ORDER}/close`,
    means: 'Asks for the order to be closed at the first allowed instant.',
    ...ofOrder,
    body: inputs.closeOrder,
    answers: { 200: { means: 'From when on it is closed, or how it had ended.', schema: answers.requestedClose } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ orders }, input) => ok(await handleOf(orders, input).closeNow(input.body)),
  },
  extendOrder: {
    method: 'POST',
    path: `${ORDER}/extend`,
    means: 'Moves the deadline to a later time.',
    ...ofOrder,
    body: inputs.extendOrder,
    answers: { 200: { means: 'From when on it is closed, or how it had ended.', schema: answers.requestedClose } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ orders }, input) => ok(await handleOf(orders, input).extend(input.body as ExtendRequest)),
  },
  placementFailed: {
    method: 'POST',
    path: `${ORDER}/placement-failed`,
    means: 'Reports that WeChat Pay answered the placement with a refusal. Not for a timeout.',
    ...ofOrder,
    body: inputs.placementFailed,
    answers: { 200: { means: 'The order as it is then, or how it had ended.', schema: answers.reportedPlacement } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ orders }, input) =>
      ok(await handleOf(orders, input).placementFailed(input.body as PlacementFailedRequest)),
  },
  cancelServiceOrder: {
    method: 'POST',
    path: `${SERVICE_ORDER}/cancel`,
    means: 'Asks for a PayScore service order to be cancelled: now, at an instant, or if it is not confirmed in time.',
    ...ofServiceOrder,
    body: inputs.cancelServiceOrder,
    answers: { 200: { means: 'The request was taken.', schema: answers.requestedCancel } },
    problems: ['already-ended', 'no-worker', 'other-encoding'],
    takes: 'worker',
    check: (input) => checkServiceOrder({ ...input.body, ...input.path }, Date.now()),
    call: async ({ serviceOrders }, { path, body }) => {
      const { request, ...order } = body as ServiceOrderInput & { readonly request: CancelRequestInput };
      const { handle, ...taken } = await serviceOrders.requestCancel({ ...order, ...path }, request);
      return ok({ workflowId: handle.workflowId, ...taken });
    },
  },
  serviceOrderState: {
    method: 'GET',
    path: SERVICE_ORDER,
    means: 'The service order as it is now. `isCancelling`: do not complete it meanwhile.',
    ...ofServiceOrder,
    answers: { 200: { means: 'The service order.', schema: answers.serviceOrderView } },
    problems: TO_THE_WORKFLOW,
    takes: 'worker',
    call: async ({ serviceOrders }, { path: { mchid, outOrderNo = '' } }) =>
      ok(await serviceOrders.serviceOrder({ mchid, outOrderNo }).state()),
  },
  outcomes: {
    method: 'GET',
    path: '/v1/merchants/{mchid}/outcomes',
    means: "The merchant's outcomes since an instant, or on from a cursor.",
    pathSchema: inputs.merchantPath,
    query: inputs.feedQuery,
    answers: { 200: { means: 'A page. Handle an `id` once: pages overlap.', schema: answers.feedPage } },
    problems: [],
    takes: 'feed',
    call: async ({ feedOf }, { path: { mchid }, query }) => {
      const { limit, ...position } = query as FeedPosition & { readonly limit?: number };
      return ok(await feedOf(mchid).read(position, limit === undefined ? {} : { limit }));
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

export const OPERATION_LIST = Object.entries(OPERATIONS) as readonly (readonly [OperationName, Operation])[];

/** Every problem that an operation can answer. */
export function problemsOf({ method, problems }: Operation): readonly ProblemCode[] {
  return [...PROBLEMS_OF_ALL, ...(method === 'GET' ? [] : PROBLEMS_OF_A_BODY), ...problems];
}

/** The key of the path counts. A body that names it, too, is refused for its form. */
function orderInput({ path, query, body }: Input): OrderInput {
  return { ...body, ...query, ...path } as unknown as OrderInput;
}

function handleOf(orders: OrderClient, { path: { mchid, outTradeNo = '' }, query }: Input): OrderHandle {
  return orders.order({ mchid, outTradeNo, ...query });
}

function ok(body: object): Answer {
  return { status: 200, body };
}
