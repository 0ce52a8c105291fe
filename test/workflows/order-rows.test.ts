import { TIMEOUT_THEN_CLOSE } from '../../domain/orders/table.js';
import { ASKING } from './order-rows/asking.js';
import { ATTENTION } from './order-rows/attention.js';
import { CLOSING } from './order-rows/closing.js';
import { CONFIRMING } from './order-rows/confirming.js';
import { PAID } from './order-rows/paid.js';
import { RELEASED } from './order-rows/released.js';
import { REQUESTS } from './order-rows/requests.js';
import { RESOLVED } from './order-rows/resolved.js';
import { everyRowOf } from './rows.js';

const scenarios = [PAID, REQUESTS, ASKING, CLOSING, CONFIRMING, ATTENTION, RESOLVED, RELEASED].flat();

everyRowOf(TIMEOUT_THEN_CLOSE, scenarios);
