import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from './processes.js';

export interface ProgressOptions {
  /** The suffix of every number of this run. It is not printed. */
  readonly run: string;
  /** The longest number, in characters. */
  readonly width: number;
  readonly print: (line: string) => void;
}

/** How long the worker's log may take to show an end, milliseconds. */
const LOG_WITHIN_MS = 2_000;

/** Prints what happens as it happens: each change of state from the worker's log, and what people and programs do. */
export class Progress {
  private readonly startedAt = Date.now();
  private readonly states = new Map<string, string>();

  constructor(private readonly options: ProgressOptions) {}

  /** Takes a line of the worker's log, and prints it if it is a change of state. */
  readonly onLogLine = ({ msg, workflowId, state, said }: LogLine): void => {
    if (msg !== 'the order changed state' || typeof workflowId !== 'string' || typeof state !== 'string') return;
    const number = this.numberIn(workflowId);
    this.states.set(number, state);
    this.print(number, `${state.padEnd(16)} ${typeof said === 'string' ? reasonOf(said) : ''}`);
  };

  readonly onAction = (number: string, text: string): void => this.print(number, `> ${text}`);

  /** Waits for a short time, until the log has shown the ends too. */
  async untilShown(ends: ReadonlyMap<string, string>): Promise<void> {
    const giveUpAt = Date.now() + LOG_WITHIN_MS;
    const isShown = (): boolean => [...ends].every(([number, end]) => this.states.get(number) === end);
    while (!isShown() && Date.now() < giveUpAt) await sleep(50);
  }

  private numberIn(workflowId: string): string {
    const number = workflowId.split('/').at(-1) ?? workflowId;
    const ending = `-${this.options.run}`;
    return number.endsWith(ending) ? number.slice(0, -ending.length) : number;
  }

  private print(number: string, text: string): void {
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1).padStart(5);
    this.options.print(`${seconds}s  ${number.padEnd(this.options.width)}  ${text}`.trimEnd());
  }
}

/** What WeChat Pay answered. Codes that begin with LOCAL_ are the worker's own: no answer could be verified. */
function reasonOf(said: string): string {
  return said.startsWith('LOCAL_') ? `inconclusive (${said})` : said;
}
