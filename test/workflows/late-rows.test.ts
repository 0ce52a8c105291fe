import { LATE_PAYMENT } from '../../domain/late/table.js';
import { DOUBTS } from './late-rows/doubts.js';
import { FINDINGS } from './late-rows/findings.js';
import { SETTLED } from './late-rows/settled.js';
import { everyRowOf } from './rows.js';

everyRowOf(LATE_PAYMENT, [...SETTLED, ...FINDINGS, ...DOUBTS]);
