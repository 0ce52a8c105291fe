import { BROKEN, TOO_LATE, type Case, type CheckRow } from '../../worker/doctor/finding.js';
import { MARKS } from '../../worker/doctor/report.js';
import { CHECK_NAMES, CHECKS } from '../../worker/doctor/table.js';
import { code } from './markdown.js';

/** Every check of the doctor: how it looks, and what can come of it. */
export function doctorChecks(): string {
  return CHECK_NAMES.map((name) => {
    const { how, asks, cases }: CheckRow = CHECKS[name];
    const asked = asks === undefined ? '' : ` Asks ${asks}: not with ${code('--offline')}.`;
    return [`### ${code(name)}`, how + asked, casesOf(Object.values(cases))].filter((part) => part !== '').join('\n\n');
  }).join('\n\n');
}

/** What can come of any check. */
export function doctorFailures(): string {
  return casesOf([BROKEN, TOO_LATE]);
}

function casesOf(cases: readonly Case[]): string {
  return cases
    .map(
      ({ result, means, whatToDo }) => `- ${MARKS[result]} ${means}${whatToDo === undefined ? '' : ` → ${whatToDo}`}`,
    )
    .join('\n');
}
