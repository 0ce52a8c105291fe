import { CANCEL_PAYSCORE } from '../../domain/payscore/table.js';
import { everyRowOf } from './rows.js';
import { CANCELS } from './service-rows/cancels.js';
import { DOUBTS } from './service-rows/doubts.js';
import { ENDS } from './service-rows/ends.js';
import { OVERTAKEN } from './service-rows/overtaken.js';
import { PERSONS } from './service-rows/persons.js';
import { WAITING } from './service-rows/waiting.js';

everyRowOf(CANCEL_PAYSCORE, [...WAITING, ...ENDS, ...CANCELS, ...OVERTAKEN, ...DOUBTS, ...PERSONS]);
