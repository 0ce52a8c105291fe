import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, vi } from 'vitest';
import { queryOf } from '../../../cli/orders/where.js';
import { nodeArguments } from '../../../testing/demo/processes.js';
import { SECOND } from '../../../domain/time.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';

/** What a command ended with, and what it wrote. */
export interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly told: Promise<Told>;
}

export interface DeskWorld extends RealWorld {
  /** Starts `wechatpay-orders orders …`. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Started;
  /** Runs it to its end. */
  desk(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Told>;
  /** Runs it on a terminal, and types a line each time that something is shown. `out` is all that the terminal showed. */
  onTerminal(
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    typed: readonly (readonly [RegExp, string])[],
  ): Promise<Told>;
  /** Runs it with `--json`. @returns the exit code, and the value */
  json(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<{ code: number | null; value: unknown }>;
  /** Starts orders that need a person, since WeChat Pay refuses each query for good. @returns their ids */
  troubled(count: number): Promise<string[]>;
  /** Waits until a list has as many entries. */
  untilListed(conditions: string, count: number): Promise<void>;
}

/** Whether `script` can make terminals here, as that of util-linux does. */
export const HAS_TERMINALS = /util-linux/.test(String(spawnSync('script', ['--version']).stdout));

/** A real world, and the desk in front of it. */
export async function newDeskWorld(): Promise<DeskWorld> {
  const world = await newRealWorld();
  const home = await mkdtemp(join(tmpdir(), 'wxpay-desk-'));
  const children: ChildProcess[] = [];
  const commandOf = (args: readonly string[]): string[] => [
    process.execPath,
    ...nodeArguments('cli/main.ts', inject('compiled')),
    'orders',
    ...args,
  ];
  const spawned = ([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) => {
    const own = { LC_ALL: 'C', XDG_CONFIG_HOME: home, TEMPORAL_ADDRESS: world.address, TZ: 'Asia/Shanghai', ...env };
    const child = spawn(program, args, { env: { ...process.env, ...own } });
    children.push(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const told = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
    return { child, told };
  };
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input = '') => {
    const started = spawned(commandOf(args), env);
    started.child.stdin.end(input);
    return started;
  };
  const desk = (...args: Parameters<typeof start>): Promise<Told> => start(...args).told;
  const json: DeskWorld['json'] = async (args, env) => {
    const { code, out } = await desk([...args, '--json'], env);
    return { code, value: JSON.parse(out) as unknown };
  };
  const count = async (conditions: string): Promise<number> =>
    (await world.client.workflow.count(queryOf({ conditions }, 'en'))).count;
  return {
    ...world,
    start,
    onTerminal: (args, env, typed) => {
      const quoted = commandOf(args).map((each) => `'${each.replaceAll("'", String.raw`'\''`)}'`);
      const { child, told } = spawned(['script', '-qec', quoted.join(' '), '/dev/null'], env);
      const left = [...typed];
      let shown = '';
      child.stdout.on('data', (chunk: Buffer) => {
        shown += chunk.toString();
        const [what, line] = left[0] ?? [/$^/, ''];
        if (!what.test(shown)) return;
        left.shift();
        child.stdin.write(`${line}\n`);
      });
      return told;
    },
    desk,
    json,
    troubled: async (many) => {
      world.sandbox.misbehaveOnAny({ what: 'noAuth', on: 'query', times: 'always' });
      const ids: string[] = [];
      for (let each = 0; each < many; each += 1) ids.push((await world.checkout(-SECOND)).handle.workflowId);
      await vi.waitFor(async () => expect(await count('reason=fatal-answer')).toBeGreaterThanOrEqual(many), 60_000);
      world.sandbox.misbehaviours.clear();
      return ids;
    },
    untilListed: (conditions, wanted) =>
      vi.waitFor(async () => expect(await count(conditions)).toBe(wanted), { timeout: 60_000 }),
    end: async () => {
      for (const child of children) child.kill('SIGKILL');
      await rm(home, { recursive: true });
      await world.end();
    },
  };
}

/** The number of an order, by the id of its workflow. */
export function numberIn(workflowId: string): string {
  return workflowId.slice(workflowId.lastIndexOf('/') + 1);
}
