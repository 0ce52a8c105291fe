/**
 * Loaded before a worker's own program: on SIGHUP every thread of the process collects its garbage, so that memory can be
 * compared. Workflows live in threads of their own, which hear no signal, and which load no TypeScript. The SDK ends a worker
 * on SIGUSR2, and SIGUSR1 is for the debugger.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const channel = new BroadcastChannel('bench-collect-garbage');
channel.onmessage = () => collect();
channel.unref();
if (isMainThread) {
  process.on('SIGHUP', () => {
    channel.postMessage('now');
    collect();
  });
}
