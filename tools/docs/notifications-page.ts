import { NOTIFICATION_OUTCOMES, type AnswerKind } from '../../client/notifications/outcomes.js';
import { code, table } from './markdown.js';

/** What is answered, over v3 and over v2. */
const ANSWERS: Record<AnswerKind, string> = {
  taken: 'success: 204; v2 `SUCCESS`',
  refused: 'failure: 400; v2 `FAIL`',
  later: 'failure: 503; v2 `FAIL`',
  'not-found': 'failure: 404',
};

/** What can become of a notification. */
export function notificationOutcomes(): string {
  const rows: [string, { readonly answer: AnswerKind; readonly means: string; readonly todo?: string }][] =
    Object.entries(NOTIFICATION_OUTCOMES);
  return table(
    ['`outcome`', 'answer', 'what it means', 'what to do, where it goes on'],
    rows.map(([outcome, { answer, means, todo }]) => [code(outcome), ANSWERS[answer], means, todo ?? 'Nothing.']),
  );
}
