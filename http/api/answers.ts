import { z } from 'zod';
import type {
  CancelTaken,
  CheckedOrder,
  FeedPage,
  OrderView,
  Outcome,
  ReportedPlacement,
  RequestedCancel,
  RequestedClose,
  ServiceOrderView,
  ServiceOutcome,
  StartedOrder,
} from '../../client/index.js';

// A newer version may add fields, so none of these is closed.

const instant = z.string().meta({ format: 'date-time' });
const instantOrNull = instant.nullable();
const number = z.string();

const amount = z.object({ total: z.number().int(), currency: z.string() });
const sent = z.enum(['no', 'maybe', 'yes']);
const replaced = { replacedBy: number.optional() };
const resolved = { as: z.string(), note: z.string(), by: z.string(), said: z.string() };

export const outcome = z.discriminatedUnion('ended', [
  z.object({
    ended: z.literal('paid'),
    refunded: z.boolean(),
    toldBy: z.enum(['notification', 'query']),
    transactionId: z.string().nullable(),
    amount: amount.nullable(),
    paidAt: instantOrNull,
    ...replaced,
  }),
  z.object({ ended: z.literal('closed'), closeSent: sent, ...replaced }),
  z.object({ ended: z.literal('never-existed'), ...replaced }),
  z.object({ ended: z.literal('resolved'), ...resolved, ...replaced }),
  z.object({ ended: z.literal('released'), ...replaced }),
]);

export const serviceOutcome = z.discriminatedUnion('ended', [
  z.object({
    ended: z.literal('cancelled'),
    cancelSent: sent,
    reason: z.string().optional(),
    raced: z.literal(true).optional(),
    totalDue: z.number().int().optional(),
  }),
  z.object({ ended: z.literal('done') }),
  z.object({ ended: z.literal('expired') }),
  z.object({ ended: z.literal('kept'), reason: z.string(), totalDue: z.number().int().optional() }),
  z.object({ ended: z.literal('never-existed') }),
  z.object({ ended: z.literal('resolved'), ...resolved }),
  z.object({ ended: z.literal('released') }),
]);

const lastAnswer = z
  .object({
    call: z.string(),
    said: z.string(),
    requestId: z.string().nullable(),
    at: z.number().int().meta({ description: 'Milliseconds since 1970.' }),
  })
  .nullable();

const viewFields = {
  order: z.object({
    api: z.string(),
    mchid: z.string(),
    subMchid: z.string().optional(),
    outTradeNo: z.string().optional(),
    transactionId: z.string().optional(),
    appid: z.string().optional(),
    subAppid: z.string().optional(),
  }),
  phase: z.string(),
  visible: z.string().nullable(),
  closesAt: instant.meta({ description: 'When the order is closed if it is still unpaid.' }),
  until: instantOrNull,
  paidClaimed: z.boolean(),
  tradeState: z
    .string()
    .nullable()
    .meta({ description: "In WeChat Pay's last verified answer. null: there was none." }),
  askedAt: instantOrNull,
  last: lastAnswer,
  outcome: outcome.nullable(),
};

export const orderView = z.object(viewFields);

const endedOrder = z.object({
  ended: z.literal(true),
  outcome,
  endedAt: instant,
  askedAt: instantOrNull,
  latePayment: z
    .object({ outcome: z.object({ ended: z.string() }).nullable() })
    .nullable()
    .meta({ description: 'A payment that was reported after the end.' }),
});

export const checkedOrder = z.discriminatedUnion('ended', [
  z.object({ ...viewFields, ended: z.literal(false) }),
  endedOrder,
]);

const accepted = { ended: z.literal(false), accepted: z.literal(true) };
const notAccepted = endedOrder.extend({ accepted: z.literal(false) });

export const requestedClose = z.discriminatedUnion('ended', [
  z.object({ closesAt: instant, ...accepted }),
  notAccepted,
]);

export const reportedPlacement = z.discriminatedUnion('ended', [z.object({ ...viewFields, ...accepted }), notAccepted]);

const started = {
  workflowId: z.string(),
  isNew: z.boolean().meta({ description: 'This request began the order. false: it was there.' }),
  timeExpire: z.string().meta({ description: 'What to send to WeChat Pay as time_expire when the order is placed.' }),
  inputDiffers: z.boolean().meta({ description: 'It was started before with another input, which stays in force.' }),
};

/** An answer that names the workflow in place of a handle. */
export type Named<Answer> = Answer extends unknown ? Omit<Answer, 'handle'> & { readonly workflowId: string } : never;

export const startedOrder = z.discriminatedUnion('ended', [
  z.object({ ...started, ended: z.literal(false) }),
  z.object({ ...started, ended: z.literal(true), outcome, endedAt: instant }),
]);

export const serviceOrderView = z.object({
  order: z.object({ mchid: z.string(), outOrderNo: z.string(), serviceId: z.string(), appid: z.string() }),
  phase: z.string(),
  visible: z.string().nullable(),
  isCancelling: z
    .boolean()
    .meta({ description: 'A cancel may be sent at any moment, or was: do not complete the service order.' }),
  cancelsAt: instantOrNull,
  until: instantOrNull,
  last: lastAnswer,
  outcome: serviceOutcome.nullable(),
});

const taken = z.object({
  requestId: z.string(),
  dueAt: instant,
  reasonSent: z.string().nullable(),
  reasonDiffers: z.boolean(),
  requestDiffers: z.boolean(),
} satisfies Record<keyof CancelTaken, z.ZodType>);

export const requestedCancel = taken.extend({ workflowId: z.string(), inputDiffers: z.boolean() });

/** The schema of an event is a file of its own: see `openapi.ts`. */
export const outcomeEvent = z.unknown();

export const feedPage = z.object({
  events: z.array(outcomeEvent).readonly(),
  unwatched: z
    .array(
      z.object({
        workflowId: z.string(),
        runId: z.string(),
        status: z.string().meta({ description: 'terminated, failed, timed out or unreadable' }),
        endedAt: instant,
      }),
    )
    .readonly(),
  cursor: z.string().meta({ description: 'Where to read on. Store it once every event of the page is handled.' }),
  isCaughtUp: z.boolean(),
  lostBefore: instantOrNull,
});

/** The schema of an answer, to which all that is told must fit. */
type Fit<Schema extends z.ZodType, Told extends z.input<Schema>> = Told;

/** The compiler checks here that each answer fits its schema. */
export type Answers = [
  Fit<typeof outcome, Outcome>,
  Fit<typeof serviceOutcome, ServiceOutcome>,
  Fit<typeof orderView, OrderView>,
  Fit<typeof checkedOrder, CheckedOrder>,
  Fit<typeof requestedClose, RequestedClose>,
  Fit<typeof reportedPlacement, ReportedPlacement>,
  Fit<typeof startedOrder, Named<StartedOrder>>,
  Fit<typeof serviceOrderView, ServiceOrderView>,
  Fit<typeof requestedCancel, Named<RequestedCancel>>,
  Fit<typeof feedPage, FeedPage>,
];
