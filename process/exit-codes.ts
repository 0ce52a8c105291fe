/** What the process ends with, for scripts and supervisors. */
export const EXIT_CODES = {
  ok: 0,
  unexpected: 1,
  /** Arguments, environment, the merchants file or its keys, Temporal's own profile, or an address that is taken. */
  configuration: 2,
  /** The Temporal server cannot be reached, or does not let us in. */
  connection: 3,
  /** There is no such namespace, or it lacks the search attributes. */
  setupMissing: 4,
} as const;

/** An error whose message is for people, and after which the process ends with a code of its own. */
export abstract class ExitError extends Error {
  abstract readonly exitCode: number;
}
