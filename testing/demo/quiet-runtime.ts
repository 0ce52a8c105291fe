import { DefaultLogger, Runtime } from '@temporalio/worker';

let isInstalled = false;

/** Keeps Temporal's own words to errors. Called before the first server, worker or connection of a process. */
export function quietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}
