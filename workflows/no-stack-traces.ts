/**
 * For the bundle that is deployed. The SDK takes a stack trace of each promise that a workflow makes, maps it to the source,
 * and keeps it while the promise is open. That costs a quarter of a workflow's CPU, and a sixth of the heap of an order that
 * waits. Without `stackTraceLimit` the engine takes none. `npm run replay` then finds the place of a failure: it replays the
 * history with a bundle that has stack traces.
 */
Reflect.deleteProperty(Error, 'stackTraceLimit');
