/**
 * Loaded into every thread of a worker before its own program. On SIGHUP all threads collect their garbage, and a line on
 * standard output reports the live heaps. Workflows run in a thread of their own, which gets no signal and loads no
 * TypeScript. Other signals are taken: the SDK ends a worker on SIGUSR2, and SIGUSR1 is for the debugger.
 */
import { Session } from 'node:inspector';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Stays connected: disconnecting in the callback causes a deadlock. */
const session = new Session();
session.connect();
const channel = new BroadcastChannel('bench-collect-garbage');

/**
 * Collects all garbage of this thread, and returns the empty pages to the system. The `gc` of `--expose-gc` keeps them: V8
 * returns them only after 10 to 20 s without work, if at all.
 *
 * @param then called with the live heap in bytes: the thread's objects, and their memory outside of the heap
 */
function collect(then) {
  session.post('HeapProfiler.collectGarbage', () => {
    const { heapUsed, external } = process.memoryUsage();
    then({ threadId, bytes: heapUsed + external });
  });
}

if (isMainThread) {
  const others = new Set();
  const waitedFor = new Set();
  let heaps = [];
  const add = (heap) => {
    heaps.push(heap);
    waitedFor.delete(heap.threadId);
    if (waitedFor.size > 0) return;
    process.stdout.write(`${JSON.stringify({ msg: 'garbage is collected', heaps })}\n`);
  };
  channel.onmessage = ({ data }) => {
    if (data.isNew) others.add(data.threadId);
    else add(data);
  };
  process.on('SIGHUP', () => {
    heaps = [];
    for (const thread of [threadId, ...others]) waitedFor.add(thread);
    channel.postMessage('collect');
    collect(add);
  });
} else {
  channel.onmessage = ({ data }) => {
    if (data === 'collect') collect((heap) => channel.postMessage(heap));
  };
  channel.postMessage({ threadId, isNew: true });
}
channel.unref();
