import { OUTCOME_DELIVERY } from '../../domain/outcome/table.js';
import { PERSONS } from './delivery-rows/persons.js';
import { TRIES } from './delivery-rows/tries.js';
import { everyRowOf } from './rows.js';

everyRowOf(OUTCOME_DELIVERY, [...TRIES, ...PERSONS]);
