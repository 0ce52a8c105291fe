/** What the handle in a test's process asks of the process that runs the stack. */
export interface StackCalls {
  /** Lets time pass, in milliseconds, and waits until all that is due by then has happened. */
  advance(time: number): Promise<void>;
  settled(): Promise<void>;
  postOutcomesTo(url: string): Promise<void>;
  /** A request to the sandbox's own API. */
  sandbox(request: SandboxRequest): Promise<unknown>;
}

export interface SandboxRequest {
  readonly method: string;
  /** Below `/sandbox`. */
  readonly path: string;
  readonly body?: unknown;
}

export interface TestStackOptions {
  /** The merchants' numbers. Default: `1900000109`. */
  readonly mchids?: readonly string[] | undefined;
  /** The apps of each merchant. Default: `wx8888888888888888`. */
  readonly appids?: readonly string[] | undefined;
  /**
   * Whether `Date` in this process goes with the stack's clock, so that signatures, deadlines and rows agree with it. Timers stay
   * as they are. Say `false` if your checkout runs in another process, or if your tests replace `Date` themselves; its clock then
   * stays behind, so begin each test's orders before you advance. Default: true.
   */
  readonly movesDate?: boolean;
}

/** How a stack is to be. */
export type StackSettings = Omit<TestStackOptions, 'movesDate'> & { readonly movesDate: boolean };

/** Where to find what a stack runs. */
export interface StackFacts {
  /** The Temporal server: host and port. Its namespace is `default`. */
  readonly temporalAddress: string;
  /** The origin of the WeChat Pay sandbox, as the `host` of a merchant. */
  readonly wechatpayUrl: string;
  /** The first merchant's number. */
  readonly mchid: string;
  /** The merchants file, with its keys beside it, for a checkout that takes notifications itself. */
  readonly merchantsFile: string;
  /** The receiver of notifications, for `notify_url`. */
  readonly notifyUrl: string;
  /** What outcomes are signed with, as in a `secretFiles` of the merchants file. */
  readonly outcomeSecret: string;
}

/** A call that is answered under its id. */
export interface Call {
  readonly id: number;
  readonly call: keyof StackCalls;
  readonly argument: unknown;
}

/** From the handle. */
export type Request = { readonly start: StackSettings } | Call | { readonly clockMoved: number };

/** To the handle. */
export type Reply =
  | { readonly started: StackFacts }
  /** It cannot start: there is no server, or the like. */
  | { readonly failed: string }
  | { readonly id: number; readonly value?: unknown; readonly error?: string }
  /** The stack's clock is ahead of the machine's by this many milliseconds. It waits until the handle says `clockMoved`. */
  | { readonly clock: number };
