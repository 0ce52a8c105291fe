/**
 * Loaded into every thread of a worker before its own program: on SIGHUP all threads collect their garbage, and a line on
 * standard output says what is left. Workflows live in a thread of their own, which hears no signal and loads no
 * TypeScript. The SDK ends a worker on SIGUSR2, and SIGUSR1 is for the debugger.
 */
import { Session } from 'node:inspector';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Stays connected: to disconnect in the callback ends in a deadlock. */
const session = new Session();
session.connect();
const channel = new BroadcastChannel('bench-collect-garbage');

/**
 * Collects all garbage of this thread, and gives the emptied pages back. The `gc` of `--expose-gc` keeps them: V8 would give
 * them back when it has had nothing to do for some 10 to 20 s, or not.
 *
 * @param then called with the live heap, in bytes: the thread's objects, and what they hold outside of the heap
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
