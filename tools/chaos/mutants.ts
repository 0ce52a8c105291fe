import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import type { Product } from './environment.js';
import { freezes, plan, service, soon } from './mutant-plans.js';
import type { RuleName } from './audit.js';
import type { Plan } from './plan.js';

/** What a worker does not need. */
const LEFT_OUT = /^(test|docs|examples)\//;

/**
 * Copies the source tree into a folder, changes it, and bundles its workflows.
 *
 * @param root of the tree, in which git knows the files
 * @throws Error if an edit does not fit exactly once
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

/** A piece of a file, which stands in it once, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The product with one promise broken, and a storm in which that shows. */
export interface Mutant {
  readonly means: string;
  readonly edits: readonly Edit[];
  /** The line of the audit that must not be zero. */
  readonly breaks: RuleName;
  readonly plan: Plan;
}

/** The youngest order that is placed: its five minutes are over 10 s after its start, and its margin 30 s later. */
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
    plan: plan({ orders: [soon(1, { ageMs: YOUNG_MS }), soon(2, { ageMs: YOUNG_MS }), soon(3, { ageMs: YOUNG_MS })] }),
  },
  'query-skipped': {
    means: 'a guarded write takes the order for unpaid without asking',
    breaks: 'no fresh query',
    edits: [
      {
        file: GUARDED_WRITE,
        find: 'const before = await write.query(limits.queryWithin);',
        replace: `const before: Answer = ${UNPAID};`,
      },
    ],
    plan: plan({ orders: [soon(1), soon(2)], serviceOrders: [service(1)] }),
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
    plan: plan({
      orders: [1, 2, 3].map((place) =>
        soon(place, {
          faults: [{ what: 'refuse', on: 'close', code: 'ORDERPAID' }],
          acts: [{ after: 15_000, does: 'pay', notified: 0 }],
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
          "const after = 'answer' in reply ? null : await confirm(write, confirmWithin(limits, enteredAt, clocks()));",
      },
      {
        file: 'domain/orders/table.ts',
        find: "{ from: closing, on: ['close:accepted'], to: 'confirming', pause: 'settling' },",
        replace: "{ from: closing, on: ['close:accepted'], to: 'end:closed' },",
      },
    ],
    plan: plan({ orders: [1, 2, 3].map((place) => soon(place, { onWrite: 'pay', ends: ['paid'] })) }),
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
    plan: freezes(plan({ orders: [soon(1)], serviceOrders: [service(1, { startAt: 45_000 })] })),
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
    plan: plan({
      workers: 2,
      orders: [soon(1, { onWrite: 'kill' }), soon(2, { onWrite: 'kill' })],
      serviceOrders: [service(1, { onWrite: 'kill' })],
    }),
  },
} as const satisfies Readonly<Record<string, Mutant>>;

export type MutantName = keyof typeof MUTANTS;

export const MUTANT_NAMES = Object.keys(MUTANTS) as MutantName[];

export function isMutant(name: string): name is MutantName {
  return Object.hasOwn(MUTANTS, name);
}

/** @throws Error unless the piece stands in the text once: then the mutant would be another than it says */
export function edited(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has it ${places} times, not once: ${find}`);
  return text.replace(find, () => replace);
}
