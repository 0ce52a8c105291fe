export { timeoutThenClose } from './timeout-then-close.js';
