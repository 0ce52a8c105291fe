export { cancelPayscore } from './cancel-payscore.js';
export { deliverOutcomes } from './deliver-outcomes.js';
export { latePayment } from './late-payment.js';
export { timeoutThenClose } from './timeout-then-close.js';
