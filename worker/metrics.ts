import '../process/musl.js';
import { ApplicationFailure, type MetricMeter } from '@temporalio/common';
import { type ActivityInterceptorsFactory, type Logger, Runtime, type RuntimeOptions } from '@temporalio/worker';
import type { CallFailure, CloseReply, FailureDetails, GuardedResult, OrderAnswer } from '../domain/calls.js';
import { type Call, CALLS, guardOf } from '../domain/call-policies.js';
import { errorRow } from '../domain/errors/table.js';
import type { CancelReply, ServiceOrderAnswer } from '../domain/payscore/order.js';
import type { ClockObserver, MerchantDirectory } from '../wechatpay/merchant.js';
import type { Backlog } from './backlog.js';
import { cannotListen } from '../process/health.js';

/** Called for each call to WeChat Pay, with the code of its answer or failure. */
export type AnswerObserver = (call: Call, code: string) => void;

/** A call, and the code of its answer or failure. */
export type Answer = readonly [call: Call, code: string];

type Guarded = GuardedResult<OrderAnswer | ServiceOrderAnswer, CloseReply | CancelReply>;

/** Observes every call that an attempt of an activity makes to WeChat Pay. */
export function observingAnswers(observe: AnswerObserver): ActivityInterceptorsFactory {
  return ({ info: { activityType } }) => {
    const call = CALLS.find((name) => name === activityType);
    if (call === undefined) return {};
    return {
      inbound: {
        execute: async (input, next) => {
          const result = await next(input).catch((error: unknown) => {
            observe(...failureAnswer(call, error));
            throw error;
          });
          for (const answer of answersIn(call, result)) observe(...answer);
          return result;
        },
      },
    };
  };
}

/** The answers to the calls of an attempt, in their order. A guarded write also has queries. */
export function answersIn(activity: Call, result: unknown): readonly Answer[] {
  const query = guardOf(activity);
  if (query === undefined) return [[activity, stateIn(result as OrderAnswer | ServiceOrderAnswer)]];
  return guardedAnswers(query, activity, result as Guarded);
}

function guardedAnswers(query: Call, write: Call, result: Guarded): Answer[] {
  const { before, write: reply, after } = result;
  const answers: Answer[] = before === null ? [] : [[query, stateIn(before)]];
  if (reply !== null) answers.push([write, 'answer' in reply ? reply.answer.answer : knownCode(reply.failure)]);
  if (after !== null) answers.push([query, 'answer' in after ? stateIn(after.answer) : knownCode(after.failure)]);
  return answers;
}

function stateIn(answer: OrderAnswer | ServiceOrderAnswer): string {
  if ('tradeState' in answer) return answer.tradeState;
  return answer.found ? answer.state : 'NOT_FOUND';
}

export function failureAnswer(activity: Call, error: unknown): Answer {
  if (!(error instanceof ApplicationFailure)) return [activity, 'LOCAL_UNEXPECTED'];
  const call = (error.details?.[0] as FailureDetails | undefined)?.call ?? activity;
  return [call, knownCode({ call, code: error.type ?? '' })];
}

/** A code that is not in the error table is counted as `OTHER`: a label must not have any number of values. */
function knownCode({ call, code }: Pick<CallFailure, 'call' | 'code'>): string {
  return errorRow(call, code)?.code ?? (/^HTTP_\d{3}$/.test(code) ? code : 'OTHER');
}

/** The same merchants. Each verified answer to their calls is compared with our clock. */
export function observingClock(merchants: MerchantDirectory, observe: ClockObserver): MerchantDirectory {
  return {
    find: (mchid) => {
      const merchant = merchants.find(mchid);
      if (merchant?.v3 === undefined) return merchant;
      return { ...merchant, v3: { ...merchant.v3, onClockSkew: observe } };
    },
  };
}

/** The metrics besides those of Temporal's SDK. */
export interface OrderMetrics {
  readonly answered: AnswerObserver;
  readonly clockSkew: ClockObserver;
  readonly backlog: (backlog: Backlog, readAt: number) => void;
  /** Counts a change of the merchants file, or of a key in it. */
  readonly reloaded: (result: 'taken' | 'refused') => void;
}

/**
 * Installs the log of the process, and the metrics if they have an address.
 *
 * @throws ConfigurationError if it cannot listen on that address
 */
export function installRuntime(logger: Logger, metricsAddress: string | undefined): Runtime {
  // Without forwarding, the native side would write to the console, past the allow list.
  const logging = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
  const options: RuntimeOptions = { logger, telemetryOptions: { logging } };
  if (metricsAddress === undefined) return Runtime.install(options);
  const metrics = { attachServiceName: false, prometheus: { bindAddress: metricsAddress } };
  try {
    return Runtime.install({ ...options, telemetryOptions: { logging, metrics } });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('prometheus')) throw error;
    const isTaken = error.message.includes('in use');
    throw cannotListen('WXPAY_METRICS_ADDRESS', metricsAddress, isTaken ? 'EADDRINUSE' : undefined);
  }
}

/** Creates the metrics. Their names, labels and alerts are in docs/configuration.md. */
export function orderMetrics(meter: MetricMeter): OrderMetrics {
  const answers = meter.createCounter(
    'wxpay_answers_total',
    '',
    'Calls to WeChat Pay, by the code of the answer or failure',
  );
  const overdue = meter.createGauge(
    'wxpay_orders_overdue',
    'int',
    '',
    'Orders past their deadline that a worker should have closed',
  );
  const oldest = meter.createGauge(
    'wxpay_orders_overdue_oldest_seconds',
    'int',
    '',
    'How long the oldest of them is past its deadline, up to 5 % too low; 0 if there is none',
  );
  const attention = meter.createGauge(
    'wxpay_needs_attention',
    'int',
    '',
    'Orders, late payments and deliveries that need a person, by reason',
  );
  const undelivered = meter.createGauge(
    'wxpay_undelivered_outcomes',
    'int',
    '',
    'Deliveries that have been open for 15 minutes: workflows whose outcomes a checkout has not taken',
  );
  const readAt = meter.createGauge(
    'wxpay_orders_read_timestamp_seconds',
    'int',
    '',
    'When the orders were last counted, in seconds since 1970; after some minutes the counts are out of date',
  );
  const reloads = meter.createCounter(
    'wxpay_merchants_reloads_total',
    '',
    'Changes of the merchants file or its keys, taken or refused',
  );
  // Prometheus sees no increase in a counter that begins with 1.
  for (const result of ['taken', 'refused']) reloads.add(0, { result });
  return {
    answered: (call, code) => answers.add(1, { call, code }),
    clockSkew: signedGauge(meter, 'wxpay_clock_skew_seconds', "Our clock ahead of WeChat Pay's; below 0: behind"),
    backlog: (backlog, at) => {
      overdue.set(backlog.overdue);
      oldest.set(backlog.oldestSeconds);
      for (const [reason, count] of backlog.needsAttention) attention.set(count, { reason });
      undelivered.set(backlog.undelivered);
      readAt.set(Math.floor(at / 1000));
    },
    reloaded: (result) => reloads.add(1, { result }),
  };
}

/** A gauge that may be negative. The SDK's own may not, but its up-down counter may, and Prometheus shows that as a gauge. */
function signedGauge(meter: MetricMeter, name: string, description: string): (api: string, value: number) => void {
  const counter = meter.createUpDownCounter?.(name, '', description);
  const last = new Map<string, number>();
  return (api, value) => {
    counter?.add(value - (last.get(api) ?? 0), { api });
    last.set(api, value);
  };
}
