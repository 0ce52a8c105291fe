import { setHandler } from '@temporalio/workflow';
import type { UpdateDefinition } from '@temporalio/common';
import type { Checked } from '../domain/check.js';
import { demandOpen, good } from './refusals.js';

/** Who is asked to ask again. */
interface Asked<State> {
  readonly state: State;
  readonly apply: (event: { readonly type: 'retryRequested' }) => void;
}

/** Hears that what was wrong is mended, and answers with what is so now. Refused after the end, and where `check` says so. */
export function hearRetry<View, State extends Parameters<typeof demandOpen>[0]>(
  update: UpdateDefinition<View>,
  owner: Asked<State>,
  check: (state: State) => Checked<unknown>,
  view: () => View,
): void {
  setHandler(
    update,
    () => {
      owner.apply({ type: 'retryRequested' });
      return view();
    },
    {
      description: 'What was wrong is mended: ask WeChat Pay again, with new patience.',
      validator: () => {
        demandOpen(owner.state);
        good(check(owner.state));
      },
    },
  );
}
