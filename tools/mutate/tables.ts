import { ERROR_TABLE } from '../../domain/errors/table.js';
import { CANCEL_LIMITS, CLOSE_LIMITS } from '../../domain/guarded-write.js';
import { GUARDS as LATE_GUARDS } from '../../domain/late/guards.js';
import { LATE_PAYMENT } from '../../domain/late/table.js';
import { GUARDS as ORDER_GUARDS } from '../../domain/orders/guards.js';
import { TIMEOUT_THEN_CLOSE } from '../../domain/orders/table.js';
import { GUARDS as SERVICE_ORDER_GUARDS } from '../../domain/payscore/guards.js';
import { CANCEL_PAYSCORE } from '../../domain/payscore/table.js';

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

export const TABLES: Readonly<Record<string, Table>> = {
  'timeout-then-close': tableOf(
    { rows: TIMEOUT_THEN_CLOSE, guards: ORDER_GUARDS },
    'test/domain/orders/decide*.test.ts',
    'test/domain/orders/every-phase.test.ts',
  ),
  'cancel-payscore': tableOf({ rows: CANCEL_PAYSCORE, guards: SERVICE_ORDER_GUARDS }, 'test/domain/payscore/*.test.ts'),
  'late-payment': tableOf({ rows: LATE_PAYMENT, guards: LATE_GUARDS }, 'test/domain/late/*.test.ts'),
  errors: tableOf({ rows: ERROR_TABLE }, 'test/domain/errors/*.test.ts'),
  'guarded-write': tableOf({ limits: { CLOSE_LIMITS, CANCEL_LIMITS } }, 'test/domain/guarded-write*.test.ts'),
};
