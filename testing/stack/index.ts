/** What a checkout tests itself against, in seconds: `wechatpay-order-lifecycle/testing`. */
import type { Amount } from '../../domain/orders/order.js';
import { type Duration, parseDuration } from '../../domain/time.js';
import type { Misbehaviour } from '../sandbox/misbehaviour.js';
import type { SandboxTradeState } from '../sandbox/orders.js';
import type { StackFacts, TestStackOptions } from './protocol.js';
import { StackProcess } from './stack-process.js';

export type { Amount, Duration, Misbehaviour, SandboxTradeState, StackFacts, TestStackOptions };

/** An order by its number, if it is the first merchant's own. */
export type Which =
  string | { readonly outTradeNo: string; readonly mchid?: string | undefined; readonly subMchid?: string | undefined };

/**
 * A time-skipping Temporal server, a WeChat Pay sandbox on the same clock, a worker and a receiver of notifications. Each method
 * returns when all that follows from it has happened, also at your checkout: an outcome has been posted, and answered.
 */
export class TestStack implements StackFacts {
  readonly temporalAddress: string;
  readonly wechatpayUrl: string;
  readonly mchid: string;
  readonly merchantsFile: string;
  readonly notifyUrl: string;
  readonly outcomeSecret: string;

  /** See {@link startTestStack}. */
  constructor(
    private readonly process: StackProcess,
    facts: StackFacts,
  ) {
    this.temporalAddress = facts.temporalAddress;
    this.wechatpayUrl = facts.wechatpayUrl;
    this.mchid = facts.mchid;
    this.merchantsFile = facts.merchantsFile;
    this.notifyUrl = facts.notifyUrl;
    this.outcomeSecret = facts.outcomeSecret;
  }

  /**
   * Lets time pass: as `'15m'`, or in milliseconds. All that is due in it happens at its time: closes, tries of a call that
   * failed, posts to your checkout.
   *
   * @throws TypeError if it is no length of time
   */
  async advance(time: Duration): Promise<void> {
    const millis = typeof time === 'string' || typeof time === 'number' ? parseDuration(time) : undefined;
    if (millis === undefined) {
      throw new TypeError(`advance: ${String(time)} is no length of time; write '15m', '1h30m' or milliseconds`);
    }
    await this.process.call('advance', millis);
  }

  /** Waits until all that is due now has happened, such as after your checkout called `closeNow`. */
  async settled(): Promise<void> {
    await this.process.call('settled');
  }

  /**
   * Where outcomes are posted to from now on, signed with `outcomeSecret`: your checkout, on this machine.
   *
   * @throws Error if it is no URL of this machine
   */
  async postOutcomesTo(url: string): Promise<void> {
    await this.process.call('postOutcomesTo', url);
  }

  /**
   * Places an order at WeChat Pay, for a checkout that does not place it itself at `wechatpayUrl`.
   *
   * @param more the body of `POST /sandbox/orders`, such as `api`, `appid`, `notifyUrl`
   */
  async place(order: Exclude<Which, string> & { readonly amount: Amount }, more: object = {}): Promise<void> {
    await this.sandbox('POST', '/orders', { notifyUrl: this.notifyUrl, ...order, ...more });
  }

  /**
   * The shopper pays, and WeChat Pay posts the notification to the order's `notify_url`; or that is lost.
   *
   * @throws Error if WeChat Pay takes no payment any more, or the receiver does not take the notification
   */
  async pay(order: Which, { notification = 'sent' }: { readonly notification?: 'sent' | 'lost' } = {}): Promise<void> {
    if (!['sent', 'lost'].includes(notification)) {
      throw new TypeError(`pay: notification is ${notification as string}, and must be 'sent' or 'lost'`);
    }
    await this.sandbox('POST', pathOf(order, '/pay'));
    if (notification === 'sent') await this.notify(order);
  }

  /**
   * Posts the notification of a payment, also one that was posted before.
   *
   * @throws Error if the order is not paid, or the receiver does not take it
   */
  async notify(order: Which): Promise<void> {
    const { status } = (await this.sandbox('POST', pathOf(order, '/notify'))) as { readonly status: number };
    if (status < 200 || status >= 300) throw new Error(`The notification was not taken: HTTP status ${status}.`);
  }

  /** Puts an order at WeChat Pay into a state: `PAYERROR` when the bank refuses, `USERPAYING` while the shopper enters a password. */
  async become(order: Which, state: SandboxTradeState): Promise<void> {
    await this.sandbox('POST', pathOf(order, '/become'), { state });
  }

  /** Plans how WeChat Pay misbehaves: `{ what: 'systemError', on: 'close', times: 2 }`. @param order default: any */
  async misbehave(misbehaviour: Misbehaviour, order?: Which): Promise<void> {
    const which = typeof order === 'string' ? { outTradeNo: order } : order;
    await this.sandbox('POST', '/misbehaviours', { ...misbehaviour, ...which });
  }

  /** An order's state at WeChat Pay. @throws Error if it was never placed */
  async stateAtWechatPay(order: Which): Promise<SandboxTradeState> {
    return ((await this.sandbox('GET', pathOf(order))) as { readonly state: SandboxTradeState }).state;
  }

  /**
   * A request to the sandbox's own API, for what has no method here: service orders, the ledger, an audit. `GET ''` describes it.
   *
   * @param path below `/sandbox`
   * @throws Error with what it says, if it does not take the request
   */
  sandbox(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return this.process.call('sandbox', { method, path, body });
  }

  /** Ends all of it. It ends also if this process does, however. */
  async stop(): Promise<void> {
    await this.process.stop();
  }
}

function pathOf(order: Which, action = ''): string {
  const { outTradeNo, ...owner } = typeof order === 'string' ? { outTradeNo: order } : order;
  const named = Object.entries(owner).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(named).toString();
  return `/orders/${encodeURIComponent(outTradeNo)}${action}${query === '' ? '' : `?${query}`}`;
}

/**
 * Starts a stack in a process of its own, in one or two seconds. The first one on a machine downloads the time-skipping Temporal
 * server, once: `npx wechatpay-orders temporal --fetch` does that before.
 *
 * @throws Error that says what is missing
 */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { movesDate = true, mchids, appids, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new TypeError(`startTestStack: ${name} is no option; mchids, appids and movesDate are`);
  if (typeof movesDate !== 'boolean') throw new TypeError('startTestStack: movesDate must be true or false');
  const [process, facts] = await StackProcess.start({ movesDate, mchids, appids });
  return new TestStack(process, facts);
}
