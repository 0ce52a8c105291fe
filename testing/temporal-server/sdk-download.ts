import { createRequire } from 'node:module';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesIn, megabytes, reportWhile, SourceFailure } from './errors.js';
import { errorLine, run } from './run.js';
import type { ServerKind } from './types.js';

/** How long the download host may take to answer before the next source is tried, in milliseconds. */
const ANSWER_LIMIT_MS = 5_000;
/** How long a download may make no progress, in milliseconds. */
const STALL_LIMIT_MS = 20_000;
/** How long loading the SDK, the download and the server's first start may take in all, in milliseconds. */
const WHOLE_LIMIT_MS = 15 * 60_000;

/**
 * The SDK downloads a server only when it starts one, without a time limit or a way to stop it, and
 * its runtime then takes over the process's SIGINT and SIGTERM. So it runs in a process of its own,
 * which can be killed.
 */
const SCRIPT = `
import { TestWorkflowEnvironment } from '@temporalio/testing';
const [kind, downloadDir] = process.argv.slice(1);
const server = { executable: { type: 'cached-download', downloadDir } };
console.log('asking');
const env = kind === 'dev'
  ? await TestWorkflowEnvironment.createLocal({ server })
  : await TestWorkflowEnvironment.createTimeSkipping({ server });
await env.teardown();
`;

/** The recipe of this source. Each release of the SDK chooses the version of the server. */
export function sdkRecipe(): string {
  const { version } = createRequire(import.meta.url)('@temporalio/testing/package.json') as {
    version: string;
  };
  return `the download of the Temporal SDK ${version}`;
}

/** Lets the SDK download its server into `staging`. @returns the binary's path */
export async function downloadWithSdk(
  kind: ServerKind,
  staging: string,
  context: { readonly env: NodeJS.ProcessEnv; readonly onProgress: (line: string) => void },
  script = SCRIPT,
): Promise<string> {
  const watch = watchDownload(staging);
  const result = await reportWhile(
    context.onProgress,
    async (elapsed) => `… ${megabytes(await bytesIn(staging))} so far, ${elapsed} s`,
    () =>
      run(process.execPath, ['--input-type=module', '-e', script, '--', kind, staging], {
        env: context.env,
        cwd: dirname(fileURLToPath(import.meta.url)),
        limitMs: WHOLE_LIMIT_MS,
        giveUp: watch,
      }),
  );
  // The exit code is ignored: on a slow machine the server's first start may time out after the download.
  const binary = (await filesIn(staging)).find((name) => !isPartial(name));
  if (binary !== undefined) return join(staging, binary);
  throw new SourceFailure('sdk-download-failed', failureOf(result));
}

function failureOf(result: Awaited<ReturnType<typeof run>>): string {
  switch (result.outcome) {
    case 'exited':
      return innermost(errorLine(result.output));
    case 'ended':
    case 'not-started':
      return result.reason;
  }
}

/** The innermost cause, which comes last: `…: dns error: failed to lookup address information`. */
function innermost(message: string): string {
  return message.replace(/^.*(?:client error \(\w+\): |executable: )/, '').replace(/\]$/, '');
}

/** A `giveUp` for {@link run}: if there is no answer, or the download makes no progress. */
function watchDownload(staging: string): (output: string) => Promise<string | undefined> {
  let bytes = -1;
  let since: number | undefined;
  return async (output) => {
    if (!output.includes('asking')) return undefined;
    const files = await filesIn(staging);
    if (files.some((name) => !isPartial(name))) return undefined;
    const now = performance.now();
    const size = files.length === 0 ? -1 : await bytesIn(staging);
    if (since === undefined || size !== bytes) [bytes, since] = [size, now];
    if (size === -1 && now - since > ANSWER_LIMIT_MS) {
      return `its host did not answer within ${ANSWER_LIMIT_MS / 1000} s`;
    }
    return now - since > STALL_LIMIT_MS ? `the download made no progress for ${STALL_LIMIT_MS / 1000} s` : undefined;
  };
}

/** The SDK downloads to a file of such a name, and renames it when it is complete. */
function isPartial(name: string): boolean {
  return name.endsWith('.downloading');
}

async function filesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => []);
}
