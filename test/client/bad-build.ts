/** The workflows of a build that fails at every order: Temporal tries each task again until a better build comes. */
export function timeoutThenClose(): Promise<never> {
  return Promise.reject(new Error('a bad build'));
}

export const cancelPayscore = timeoutThenClose;
