import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { CloseOrderResult, QueryOrderResult } from '../domain/activities.js';
import { CALLS, errorRow, type Call } from '../domain/errors/table.js';
import type { CancelServiceOrderResult, QueryServiceOrderResult } from '../domain/payscore/service-order.js';

/** What each call brings, where it brings something. */
interface Results {
  readonly queryOrder: QueryOrderResult;
  readonly closeOrder: CloseOrderResult;
  readonly queryServiceOrder: QueryServiceOrderResult;
  readonly cancelServiceOrder: CancelServiceOrderResult;
}

const CODES: { readonly [C in Call]: (result: Results[C]) => string } = {
  queryOrder: ({ tradeState }) => tradeState,
  closeOrder: ({ answer }) => answer,
  queryServiceOrder: (answer) => (answer.found ? answer.state : 'NOT_FOUND'),
  cancelServiceOrder: ({ answer }) => answer,
};

/** Hears of each attempt of a call: what it brought, or the type of its failure. */
export type AnswerObserver = (call: Call, code: string) => void;

/** Tells of every attempt of an activity that is a call to WeChat Pay. */
export function observingAnswers(observe: AnswerObserver): ActivityInterceptorsFactory {
  return ({ info: { activityType } }) => {
    const call = CALLS.find((name) => name === activityType);
    if (call === undefined) return {};
    return {
      inbound: {
        execute: async (input, next) => {
          const result = await next(input).catch((error: unknown) => {
            observe(call, failureCode(call, error));
            throw error;
          });
          observe(call, resultCode(call, result));
          return result;
        },
      },
    };
  };
}

export function resultCode(call: Call, result: unknown): string {
  const codeOf = CODES[call] as (result: unknown) => string;
  return codeOf(result);
}

/** A code that the error table does not have is WeChat Pay's word: there could be any number of them. */
export function failureCode(call: Call, error: unknown): string {
  const type = error instanceof ApplicationFailure ? (error.type ?? '') : 'LOCAL_UNEXPECTED';
  return errorRow(call, type)?.code ?? (/^HTTP_\d{3}$/.test(type) ? type : 'OTHER');
}
