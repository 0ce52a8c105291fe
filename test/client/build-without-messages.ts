import { condition } from '@temporalio/workflow';

/** The workflows of a build that knows no message. */
export async function timeoutThenClose(): Promise<void> {
  await condition(() => false);
}
