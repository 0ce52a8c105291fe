/**
 * How many frames of a stack the workflows keep. The SDK takes a stack trace, with its places looked up in the source map,
 * of each promise that a workflow makes, and keeps it while the promise is open: with Node's 10 frames that is an eighth of
 * a workflow's CPU, and a tenth of a waiting order's memory. Three frames still say where an error was thrown.
 */
const FRAMES = 3;

// Frozen in a workflow whose bundle was made without `preloadModules`: then it stays as it was.
Reflect.set(Error, 'stackTraceLimit', FRAMES);
