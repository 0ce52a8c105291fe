import { OPERATION_LIST, PROBLEMS_OF_A_BODY, PROBLEMS_OF_ALL } from '../../http/api/operations.js';
import { type ProblemCode, PROBLEMS } from '../../http/api/problems.js';
import { code, codes, table } from './markdown.js';

/** Every operation, with what it answers and which problems are its own. */
export function apiOperations(): string {
  return table(
    ['method and path', 'what it does', 'answers', 'problems of its own'],
    OPERATION_LIST.map(([, { method, path, means, answers, problems }]) => [
      code(`${method} ${path}`),
      means,
      Object.entries(answers)
        .map(([status, answer]) => `${status}: ${answer.means}`)
        .join('<br/>'),
      problems.length === 0 ? '–' : codes(problems),
    ]),
  );
}

/** Every problem. */
export function apiProblems(): string {
  const all = Object.keys(PROBLEMS) as ProblemCode[];
  const whenOf = (each: ProblemCode): string => {
    if (PROBLEMS_OF_ALL.some((other) => other === each)) return 'all';
    if (PROBLEMS_OF_A_BODY.some((other) => other === each)) return 'PUT and POST';
    return OPERATION_LIST.some(([, { problems }]) => problems.includes(each)) ? 'as above' : 'no operation';
  };
  return table(
    ['`code`', 'status', 'operations', 'what it means', 'what to do'],
    all.map((each) => {
      const { status, title, todo } = PROBLEMS[each];
      return [code(each), String(status), whenOf(each), `${title}.`, todo];
    }),
  );
}
