import { startChild, type Child, type ChildOptions } from './child-process.js';

export interface ReceiverProcessOptions extends Pick<ChildOptions, 'onSpawn' | 'onLog'> {
  readonly temporalAddress: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly merchantsFile: string;
  /** Where it listens, as `127.0.0.1:8090`. */
  readonly address: string;
  /** More of its environment; see the receiver's --help. */
  readonly settings?: Readonly<Record<`WXPAY_${string}`, string>>;
}

/** A receiver of notifications in a process of its own. */
export interface ReceiverProcess extends Child {
  /** What WeChat Pay is given as `notify_url`. */
  readonly url: string;
}

/** Starts a receiver, and returns when it is ready. @throws Error with what it said */
export async function startReceiverProcess(options: ReceiverProcessOptions): Promise<ReceiverProcess> {
  const { address, taskQueue, onSpawn, onLog } = options;
  const env = {
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.namespace ?? 'default',
    WXPAY_MERCHANTS_FILE: options.merchantsFile,
    WXPAY_RECEIVER_ADDRESS: address,
    ...(taskQueue !== undefined && { WXPAY_TASK_QUEUE: taskQueue }),
    ...options.settings,
  };
  const readyMessage = 'the receiver is ready';
  const child = await startChild({ program: 'http/receiver/main.ts', env, readyMessage, onSpawn, onLog });
  return { ...child, url: `http://${address}/wechatpay/notifications` };
}
