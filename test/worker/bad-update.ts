import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

/** The workflow of a build that is well until it is asked to close. */
export async function timeoutThenClose(): Promise<void> {
  setHandler(defineUpdate('closeNow'), () => {
    throw new TypeError(`cannot read OpenId0123456789abcdefghij of ${'a long text '.repeat(20)}`);
  });
  await condition(() => false);
}
