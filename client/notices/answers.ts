import { buildXml } from '../../wechatpay/xml.js';
import { NOTICE_OUTCOMES, type AnswerKind, type NoticeForm, type NoticeOutcome } from './outcomes.js';

/** What WeChat Pay is answered. */
export interface NoticeAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where the notice was taken, but for v2. */
  readonly body: string;
}

/** All that a sender is told: never which check failed. */
const MESSAGES = { refused: 'The notice was refused.', later: 'The notice could not be taken now.' } as const;
const FAILURES = { refused: 400, later: 503 } as const;

const ANSWERS: Record<NoticeForm, Record<AnswerKind, NoticeAnswer>> = {
  v3: {
    taken: { status: 204, headers: {}, body: '' },
    refused: json(FAILURES.refused, MESSAGES.refused),
    later: json(FAILURES.later, MESSAGES.later),
  },
  v2: {
    taken: xml('SUCCESS', 'OK'),
    refused: xml('FAIL', MESSAGES.refused),
    later: xml('FAIL', MESSAGES.later),
  },
};

/** The answer in the protocol's own form. */
export function answerOf(outcome: NoticeOutcome, form: NoticeForm): NoticeAnswer {
  return ANSWERS[form][NOTICE_OUTCOMES[outcome].answer];
}

/** For a request that is no notice at all. */
export const WRONG_METHOD: NoticeAnswer = {
  status: 405,
  headers: { allow: 'POST', 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ code: 'FAIL', message: 'A notice is posted.' }),
};

function json(status: number, message: string): NoticeAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify({ code: 'FAIL', message }) };
}

function xml(code: 'SUCCESS' | 'FAIL', message: string): NoticeAnswer {
  const fields = new Map([
    ['return_code', code],
    ['return_msg', message],
  ]);
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: buildXml(fields) };
}
