/**
 * For the bundle that is deployed. The SDK takes a stack trace, with its places looked up in the source map, of each
 * promise that a workflow makes, and keeps it while the promise is open: a quarter of a workflow's CPU, and a sixth of
 * the heap of an order that waits. Without this number the engine takes none. Where a workflow failed is then found by
 * replaying its history (`npm run replay`), with a bundle that has them.
 */
Reflect.deleteProperty(Error, 'stackTraceLimit');
