import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Lab, withLab } from '../lab.js';
import type { Cleanups } from '../../processes.js';
import type { Bench, Measurement } from '../plan.js';
import { seconds, type Section } from '../report.js';
import { spreadOf } from '../../statistics.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = [join(ROOT, 'dist/cli/main.js'), 'worker'];

export const coldStart: Measurement = {
  means: 'how long a worker takes from its spawn until it is ready, compiled and with its bundle, as it is deployed',
  run: async (bench) => {
    console.error('  npm run build');
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: ROOT });
    return withLab(bench.bundles, bench.cleanups, (lab) => measureColdStart(bench, lab));
  },
};

async function measureColdStart({ sizes, cleanups }: Bench, lab: Lab): Promise<readonly Section[]> {
  const taken: number[] = [];
  for (let count = 0; count < sizes.coldStarts; count += 1) taken.push(await timeToReady(lab, cleanups));
  const { median, min, max } = spreadOf(taken);
  return [
    {
      title: 'Cold start of a worker',
      columns: ['', 'median', 'range'],
      rows: [[`spawn to ready (${taken.length} times)`, seconds(median), `${seconds(min)}–${seconds(max)}`]],
      notes: [],
    },
  ];
}

/** Starts a worker, and ends it when it is ready. @returns how long it took to be ready, in milliseconds */
async function timeToReady({ server, merchantsFile }: Lab, cleanups: Cleanups): Promise<number> {
  return cleanups.scoped(async (scope) => {
    const { PATH, HOME } = process.env;
    const began = performance.now();
    const worker = spawn(process.execPath, WORKER, {
      env: { PATH, HOME, TEMPORAL_ADDRESS: server.address, WXPAY_MERCHANTS_FILE: merchantsFile },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = once(worker, 'exit');
    scope.push(() => {
      worker.kill('SIGTERM');
      return ended;
    });
    for await (const line of createInterface({ input: worker.stdout })) {
      if (line.includes('the worker is ready')) return performance.now() - began;
    }
    throw new Error('the worker ended before it was ready');
  });
}
