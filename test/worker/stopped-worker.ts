import { startWorker } from '../../worker/index.js';

/** A program that has a worker in it, and stops it by itself: here, when it is told to by SIGHUP. */
const stop = new AbortController();
process.once('SIGHUP', () => stop.abort());
await startWorker({ signal: stop.signal });
console.log(JSON.stringify({ msg: 'the worker has ended, and the program goes on' }));
