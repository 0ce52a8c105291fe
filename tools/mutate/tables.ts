import { ERROR_TABLE } from '../../domain/errors/table.js';
import { FLOWS } from '../../domain/flows.js';
import { CANCEL_LIMITS, CLOSE_LIMITS } from '../../domain/guarded-write.js';

export type AnyRow = Record<string, unknown>;

export interface AnyGuard {
  holds: (...args: never[]) => boolean;
}

/** Lengths of time, by name. */
export type AnyLimits = Record<string, number>;

/**
 * A table that decides, and the tests that must fail if it is changed. It is read at each decision, so it can be changed in
 * place.
 */
export interface Table {
  readonly rows: AnyRow[];
  readonly guards: Readonly<Record<string, AnyGuard>>;
  readonly limits: Readonly<Record<string, AnyLimits>>;
  readonly tests: readonly string[];
}

interface Parts {
  readonly rows?: readonly object[];
  readonly guards?: Readonly<Record<string, AnyGuard>>;
  readonly limits?: Readonly<Record<string, object>>;
}

function tableOf({ rows = [], guards = {}, limits = {} }: Parts, ...tests: string[]): Table {
  return { rows: rows as AnyRow[], guards, limits: limits as Record<string, AnyLimits>, tests };
}

/** The tests of the rows alone, for a flow with slower ones beside them. */
const ROW_TESTS: Partial<Record<keyof typeof FLOWS, readonly string[]>> = { orders: ['decide*', 'every-phase'] };

const flowTables = Object.entries(FLOWS).map(([folder, flow]) => {
  const names = ROW_TESTS[folder as keyof typeof FLOWS] ?? ['*'];
  return [folder, tableOf(flow, ...names.map((name) => `test/domain/${folder}/${name}.test.ts`))] as const;
});

export const TABLES: Readonly<Record<string, Table>> = {
  ...Object.fromEntries(flowTables),
  errors: tableOf({ rows: ERROR_TABLE }, 'test/domain/errors/*.test.ts'),
  'guarded-write': tableOf({ limits: { CLOSE_LIMITS, CANCEL_LIMITS } }, 'test/domain/guarded-write*.test.ts'),
};
