import { GUARDS, type LateGuardName } from '../../domain/late/guards.js';
import { checkLateInput } from '../../domain/late/input.js';
import type { LateOutcome } from '../../domain/late/state.js';
import { LATE_PAYMENT, PHASES } from '../../domain/late/table.js';
import { TRIGGERS, type LateTrigger } from '../../domain/late/triggers.js';
import { DEFAULT_LATE_TIMING, type LateTiming } from '../../domain/late/order.js';
import type { DrawnRow } from './diagram.js';
import type { DocumentedFlow, Field } from './flow-page.js';

const ENDS: Record<LateOutcome['ended'], string> = {
  known: 'The order had ended as paid, with this very payment.',
  refunded:
    'The order had not ended as paid, and a query says REFUND of the only payment. WeChat Pay says so of a part of the amount, too.',
  recorded: 'A person recorded what was done: `as` (`refunded` or `reopened`), `note`, `by`.',
  released: 'A person pressed _Request Cancellation_: the workflow ends as cancelled, without a result.',
};

/** The fields of the input, and their defaults. For a field that is needed, the empty input breaks the rule. */
const FIELDS: readonly Field[] = [
  ['order', 'The order, as it was [started](timeout-then-close.md#input).', 'needed', {}],
  ['amount', 'What the order should have cost; `null` if it is not known.', 'needed', {}],
  ['ended', 'How the order had ended: [its outcome](timeout-then-close.md#ends).', 'needed', {}],
  ['notification', 'The verified notification that came after that.', 'needed', {}],
  ['locale', 'In which language operators read of it.', '`en`', { locale: 'x' }],
  ['timing', 'Lengths of time that differ from the [defaults](#times).', 'the defaults', { timing: 'x' }],
];

const LENGTHS: Record<Exclude<keyof LateTiming, 'pauses'>, string> = {
  patience: 'from the notification, or a person’s retry, until a person is asked',
};

/** Sentences describe what may come at any time, and what a person does. */
function isLeftOut({ on, when }: DrawnRow): boolean {
  return on.includes('notificationAnother') || on.includes('releaseRequested') || when === 'releasing';
}

export const LATE_PAYMENTS: DocumentedFlow = {
  rows: LATE_PAYMENT,
  phases: PHASES,
  triggers: TRIGGERS,
  guards: GUARDS,
  ends: ENDS,
  fields: FIELDS,
  check: checkLateInput,
  timing: DEFAULT_LATE_TIMING,
  lengths: LENGTHS,
  fixed: [],
  drawing: {
    start: 'checking',
    labels: {
      timer: 'time is up',
      retryRequested: 'a person',
      unnamed: 'not named',
      hint: 'signature refused',
    } satisfies Partial<Record<LateTrigger, string>>,
    conditions: { isTheKnown: 'the same payment', isTheOnly: 'refunded' } satisfies Partial<
      Record<LateGuardName, string>
    >,
    isLeftOut,
    unlabelled: { from: [], to: ['needsAttention'] },
  },
};
