export { cancelPayscore } from './cancel-payscore.js';
export { timeoutThenClose } from './timeout-then-close.js';
