import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { CallFailure, CloseReply, FailureDetails, GuardedResult, OrderAnswer } from '../domain/calls.js';
import { CALLS, errorRow, type Call } from '../domain/errors/table.js';
import type { CancelReply, ServiceOrderAnswer } from '../domain/payscore/order.js';

/** Hears about each call to WeChat Pay: what it brought, or the type of its failure. */
export type AnswerObserver = (call: Call, code: string) => void;

/** A call, and what came of it. */
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

/** What the calls of an attempt brought, in their order: of a guarded write, its queries too. */
export function answersIn(activity: Call, result: unknown): readonly Answer[] {
  switch (activity) {
    case 'queryOrder':
    case 'queryServiceOrder':
      return [[activity, stateIn(result as OrderAnswer | ServiceOrderAnswer)]];
    case 'closeOrder':
      return guardedAnswers('queryOrder', activity, result as Guarded);
    case 'cancelServiceOrder':
      return guardedAnswers('queryServiceOrder', activity, result as Guarded);
  }
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

/** The call that failed, and how. */
export function failureAnswer(activity: Call, error: unknown): Answer {
  if (!(error instanceof ApplicationFailure)) return [activity, 'LOCAL_UNEXPECTED'];
  const call = (error.details?.[0] as FailureDetails | undefined)?.call ?? activity;
  return [call, knownCode({ call, code: error.type ?? '' })];
}

/** A code that the error table does not have is WeChat Pay's word: there could be any number of them. */
function knownCode({ call, code }: Pick<CallFailure, 'call' | 'code'>): string {
  return errorRow(call, code)?.code ?? (/^HTTP_\d{3}$/.test(code) ? code : 'OTHER');
}
