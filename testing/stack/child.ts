import '../../process/musl.js';
import type { Logger } from '@temporalio/worker';
import { endingAll } from '../../process/exit.js';
import { sayWhatIsMissing } from '../../process/command-line.js';
import { quietRuntime } from '../demo/processes.js';
import { jsonLogger } from '../../process/logging.js';
import { LOG_LEVELS } from '../../process/settings.js';
import { moveDate } from './date.js';
import type { LocalStack } from './local-stack.js';
import type { Call, Reply, Request, StackSettings } from './protocol.js';

/** A clock that is further ahead by less has not been moved: it is asked over a connection. Milliseconds. */
const SAME_MS = 5;

/** How long to wait for a test that does not answer, since it computes or has ended. Milliseconds. */
const MOVED_WITHIN_MS = 2_000;

/** Longer than a post to a checkout takes. Milliseconds. */
const ENDED_WITHIN_MS = 15_000;

/** The process of a stack: it does what the handle asks, and ends with all that it has started when the handle's process does. */
async function run(): Promise<void> {
  // Ctrl-C is for the test runner. That it ends is seen by the channel.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const abandoned = new Promise<void>((resolve) => process.once('disconnect', resolve));
  void abandoned.then(() => setTimeout(() => process.kill(-process.pid, 'SIGKILL'), ENDED_WITHIN_MS).unref());
  const settings = await new Promise<StackSettings>((resolve) =>
    process.once('message', (request: { readonly start: StackSettings }) => resolve(request.start)),
  );
  await endingAll(async (ends) => {
    const { LocalStack } = await import('./local-stack.js').catch(sayWhatIsMissing);
    quietRuntime(askedLogger());
    const stack = await LocalStack.start(settings, settings.movesDate ? clockMover() : () => Promise.resolve(), ends);
    process.on('message', (request: Request) => {
      if ('call' in request) void answer(stack, request);
    });
    await send({ started: stack.facts });
    await abandoned;
  });
}

/** What the worker does, for a test that does not do what it should: as `WXPAY_LOG_LEVEL` of a worker. */
function askedLogger(): Logger | undefined {
  const level = LOG_LEVELS.find((each) => each === process.env['WXPAY_LOG_LEVEL']);
  return level && jsonLogger(level);
}

async function answer(stack: LocalStack, { id, call, argument }: Call): Promise<void> {
  try {
    const method = stack[call].bind(stack) as (argument: unknown) => Promise<unknown>;
    await send({ id, value: await method(argument) });
  } catch (error) {
    await send({ id, error: messageOf(error) });
  }
}

/** Moves `Date` of this process, and of the test's before it goes on. */
function clockMover(): (ahead: number) => Promise<void> {
  let last = 0;
  let moving: Promise<void> = Promise.resolve();
  return (ahead) => {
    if (ahead - last >= SAME_MS) {
      last = ahead;
      moveDate(ahead);
      moving = moveTheirs(ahead);
    }
    return moving;
  };
}

/** Returns when `Date` of the test's process is moved. */
async function moveTheirs(ahead: number): Promise<void> {
  const moved = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, MOVED_WITHIN_MS);
    const hear = (request: Request): void => {
      if (!('clockMoved' in request) || request.clockMoved !== ahead) return;
      clearTimeout(timer);
      process.off('message', hear);
      resolve();
    };
    process.on('message', hear);
  });
  await send({ clock: ahead });
  await moved;
}

/** Returns when it is sent, or nobody hears it any more. */
async function send(reply: Reply): Promise<void> {
  if (process.connected) await new Promise((resolve) => process.send?.(reply, undefined, undefined, resolve));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await run().catch((error: unknown) => send({ failed: messageOf(error) }));
// With a server that was started, but did not accept calls.
process.kill(-process.pid, 'SIGKILL');
