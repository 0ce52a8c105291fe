import { buildXml } from '../../wechatpay/xml.js';
import type { HttpAnswer } from '../http/exchange.js';
import { NOTIFICATION_OUTCOMES, type AnswerKind, type NotificationForm, type NotificationOutcome } from './outcomes.js';

/** The HTTP answer to WeChat Pay. */
export type NotificationAnswer = HttpAnswer;

/** All that a sender learns: never which check failed. */
const MESSAGES = {
  refused: 'The notification was refused.',
  later: 'The notification could not be accepted now.',
} as const;
const FAILURES = { refused: 400, later: 503 } as const;

/** For any request to an unknown path, the same in both forms. */
export const NOT_FOUND = json(404, 'Not found.');

const ANSWERS: Record<NotificationForm, Record<AnswerKind, NotificationAnswer>> = {
  v3: {
    taken: { status: 204, headers: {}, body: '' },
    refused: json(FAILURES.refused, MESSAGES.refused),
    later: json(FAILURES.later, MESSAGES.later),
    'not-found': NOT_FOUND,
  },
  v2: {
    taken: xml('SUCCESS', 'OK'),
    refused: xml('FAIL', MESSAGES.refused),
    later: xml('FAIL', MESSAGES.later),
    'not-found': NOT_FOUND,
  },
};

/** The answer in the form of the protocol. */
export function answerOf(outcome: NotificationOutcome, form: NotificationForm): NotificationAnswer {
  return ANSWERS[form][NOTIFICATION_OUTCOMES[outcome].answer];
}

/** Whether an answer is a refusal, which anyone can get; not one that asks WeChat Pay to send the notification again. */
export function isRefusal(answer: NotificationAnswer): boolean {
  return [WRONG_METHOD, NOT_FOUND, ANSWERS.v3.refused, ANSWERS.v2.refused].includes(answer);
}

/** For a request that is not a POST. */
export const WRONG_METHOD: NotificationAnswer = {
  status: 405,
  headers: { allow: 'POST', 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ code: 'FAIL', message: 'Use POST.' }),
};

function json(status: number, message: string): NotificationAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify({ code: 'FAIL', message }) };
}

function xml(code: 'SUCCESS' | 'FAIL', message: string): NotificationAnswer {
  const fields = new Map([
    ['return_code', code],
    ['return_msg', message],
  ]);
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: buildXml(fields) };
}
