import { CANCEL_PAYSCORE } from '../../domain/payscore/cancel-payscore.js';
import { ERROR_TABLE } from '../../domain/errors/table.js';
import { LATE_PAYMENT } from '../../domain/late/late-payment.js';
import { TIMEOUT_THEN_CLOSE } from '../../domain/orders/timeout-then-close.js';

/** A row of a table, as far as a mutation looks at it. */
export type AnyRow = Record<string, unknown>;

/** A table that decisions come from, and the tests that must notification when it is changed. */
export interface Table {
  /** Read at the moment of a decision, so it can be changed in place. */
  readonly rows: AnyRow[];
  readonly tests: readonly string[];
}

const tableOf = (rows: readonly object[], ...tests: string[]): Table => ({ rows: rows as AnyRow[], tests });

export const TABLES: Readonly<Record<string, Table>> = {
  'timeout-then-close': tableOf(TIMEOUT_THEN_CLOSE, 'test/domain/decide*.test.ts', 'test/domain/every-phase.test.ts'),
  'cancel-payscore': tableOf(CANCEL_PAYSCORE, 'test/domain/payscore/*.test.ts'),
  'late-payment': tableOf(LATE_PAYMENT, 'test/domain/late-payment*.test.ts'),
  errors: tableOf(ERROR_TABLE, 'test/domain/error-*.test.ts'),
};
