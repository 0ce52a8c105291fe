import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import type { Product } from './environment.js';
import { dueOrder, serviceOrder, smallPlan, withCheckoutAway, withFreeze } from './mutant-plans.js';
import type { RuleName } from './audit.js';
import type { Plan } from './plan.js';

/** Folders that a worker does not need. */
const LEFT_OUT = /^(test|docs|examples)\//;

/**
 * Copies the source tree into a folder, changes it, and bundles its workflows.
 *
 * @param root a checkout: git lists its files
 * @throws Error if a file does not have the text of an edit exactly once
 */
export async function mutated(root: string, edits: readonly Edit[], folder: string): Promise<Product> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root });
  for (const file of stdout.split('\0').filter((each) => each !== '' && !LEFT_OUT.test(each))) {
    const copy = join(folder, file);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(root, file), copy);
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const edit of edits) {
    const copy = join(folder, edit.file);
    await writeFile(copy, edited(await readFile(copy, 'utf8'), edit));
  }
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeFile(workflowBundle, await bundleWorkflows({ workflowsPath: join(folder, 'workflows/index.ts') }));
  return { root: folder, workflowBundle };
}

/** A piece of text that a file has exactly once, and what replaces it. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The product with one promise broken, and a storm that shows it. */
export interface Mutant {
  readonly means: string;
  readonly edits: readonly Edit[];
  /** The line of the audit that must report it. */
  readonly breaks: RuleName;
  readonly plan: Plan;
}

/** An order of this age when it starts: its five minutes are over 10 s later, and the margin 30 s after that. */
const YOUNG_MS = 290_000;

const GUARDED_WRITE = 'activities/guarded-write.ts';

const UNPAID = `{ tradeState: 'NOTPAY', requestId: null, found: true, state: 'CREATED', description: null, collection: null, totalDue: null, orderId: null } as never`;

export const MUTANTS = {
  'floor-removed': {
    means: 'an order is closed at its deadline, however young it is',
    breaks: 'early',
    edits: [
      {
        file: 'domain/orders/facts.ts',
        find: 'return Math.max(closeRequested?.at ?? deadline, order.floor);',
        replace: 'return closeRequested?.at ?? deadline;',
      },
      { file: 'activities/orders.ts', find: 'if (scheduledAt() < floor) return TOO_EARLY;', replace: '' },
    ],
    plan: smallPlan({
      orders: [dueOrder(1, { ageMs: YOUNG_MS }), dueOrder(2, { ageMs: YOUNG_MS }), dueOrder(3, { ageMs: YOUNG_MS })],
    }),
  },
  'query-skipped': {
    means: 'a guarded write assumes that the order is unpaid, without a query',
    breaks: 'no fresh query',
    edits: [
      {
        file: GUARDED_WRITE,
        find: 'const before = orThrow(write.call, await write.query(limits.queryWithin));',
        replace: `const before: Answer = ${UNPAID};`,
      },
    ],
    plan: smallPlan({ orders: [dueOrder(1), dueOrder(2)], serviceOrders: [serviceOrder(1)] }),
  },
  'orderpaid-as-failure': {
    means: 'ORDERPAID is a failure like SYSTEM_ERROR, and not a claim',
    breaks: 'while paid',
    edits: [
      {
        file: 'domain/errors/table.ts',
        find: "{ code: 'ORDERPAID', on: close, kind: 'outcome',",
        replace: "{ code: 'ORDERPAID', on: close, kind: 'retry',",
      },
    ],
    plan: smallPlan({
      orders: [1, 2, 3].map((number) =>
        dueOrder(number, {
          faults: [{ what: 'refuse', on: 'close', code: 'ORDERPAID' }],
          actions: [{ after: 15_000, does: 'pay', notified: 0 }],
          ends: ['paid'],
        }),
      ),
    }),
  },
  'acceptance-believed': {
    means: 'an accepted close ends the order, without the query that confirms it',
    breaks: 'wrong',
    edits: [
      {
        file: GUARDED_WRITE,
        find: 'const after = await confirm(write, confirmWithin(limits, enteredAt, clocks()));',
        replace:
          "const after = 'answer' in replyOf(result) ? null : await confirm(write, confirmWithin(limits, enteredAt, clocks()));",
      },
      {
        file: 'domain/orders/table.ts',
        find: "{ from: closing, on: ['close:accepted'], to: 'confirming', pause: 'settling' },",
        replace: "{ from: closing, on: ['close:accepted'], to: 'end:closed' },",
      },
    ],
    plan: smallPlan({ orders: [1, 2, 3].map((number) => dueOrder(number, { onWrite: 'pay', ends: ['paid'] })) }),
  },
  'ages-not-checked': {
    means: 'a write is sent however old its query has become',
    breaks: 'no fresh query',
    edits: [
      {
        file: 'domain/guarded-write.ts',
        find: 'return elapsed(queriedAt, now) <= limits.queryValidFor && elapsed(enteredAt, now) <= limits.writeBegunWithin;',
        replace: 'return true;',
      },
    ],
    plan: withFreeze(smallPlan({ orders: [dueOrder(1)], serviceOrders: [serviceOrder(1, { startAt: 45_000 })] })),
  },
  'lost-as-unsent': {
    means: 'an attempt that was lost with its worker counts as not sent',
    breaks: 'wrong',
    edits: [
      {
        file: 'workflows/calls.ts',
        find: 'return { ...failure, sent: sentBefore(announced), announced };',
        replace: "return { ...failure, sent: 'no', announced };",
      },
    ],
    plan: smallPlan({
      workers: 2,
      orders: [dueOrder(1, { onWrite: 'kill' }), dueOrder(2, { onWrite: 'kill' })],
      serviceOrders: [serviceOrder(1, { onWrite: 'kill' })],
    }),
  },
  'hand-over-skipped': {
    means: 'an event that the checkout did not take is dropped',
    breaks: 'not told',
    edits: [
      {
        file: 'activities/outcomes.ts',
        find: "if (undelivered === undefined) return { told: 'delivered' };",
        replace: "if (undelivered === undefined || isPosted) return { told: 'delivered' };",
      },
    ],
    plan: withCheckoutAway(smallPlan({ orders: [dueOrder(1), dueOrder(2)], serviceOrders: [serviceOrder(1)] })),
  },
} as const satisfies Readonly<Record<string, Mutant>>;

export type MutantName = keyof typeof MUTANTS;

export const MUTANT_NAMES = Object.keys(MUTANTS) as MutantName[];

/** @throws Error unless the text has the piece exactly once */
export function edited(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has this text ${places} times, not once: ${find}`);
  return text.replace(find, () => replace);
}
