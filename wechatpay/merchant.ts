import type { OrderApi } from '../domain/orders/order.js';
import type { EventType } from '../domain/outcome/event.js';
import type { Decrypt } from './encryption.js';
import type { V2Signer } from './signature-v2.js';
import type { Signer, VerificationKeys } from './signature-v3.js';

/**
 * Hears how far our clock is ahead of WeChat Pay's, in whole seconds; below zero it is behind. Only an answer with a
 * right signature tells, also if it is refused because it looks old or early.
 */
export type ClockObserver = (api: V3Api, seconds: number) => void;

/** The APIs that speak APIv3. */
export type V3Api = Exclude<OrderApi, 'v2'>;

/** How a merchant speaks APIv3. */
export interface V3Access {
  readonly signer: Signer;
  /** Read anew for each answer and notification, since keys come and go. */
  readonly wechatpayKeys: VerificationKeys;
  /** Absent: there is no APIv3 key, so no notification can be opened. */
  readonly decrypt?: Decrypt;
  /**
   * Looks for a key that is not among {@link wechatpayKeys}; returns when they are as new as they get. It never fails,
   * is one at a time however many ask, and asks WeChat Pay only so often. Absent: no key can come by itself.
   */
  readonly refreshKeys?: () => Promise<void>;
  /** Which of the v3 APIs the merchant uses, if orders and notifications do not say it. Default: by the host. */
  readonly api?: V3Api;
  /** Origin of the API. Default: that of {@link hosts} for the order's api. */
  readonly host?: string;
  /** Origins that are used in place of WeChat Pay's first hosts, such as its second ones. */
  readonly hosts?: Hosts;
  readonly onClockSkew?: ClockObserver;
}

/** How a merchant speaks v2. */
export interface V2Access {
  readonly signer: V2Signer;
  /** Origin of the API. Default: the mainland host. */
  readonly host?: string;
}

/** What the wire needs to know of a merchant, with every key parsed. */
export interface Merchant {
  readonly mchid: string;
  /** The first is the default of orders that name none. */
  readonly appids: readonly string[];
  /** For what operators read; an IANA name, as in `Asia/Hong_Kong`. */
  readonly timeZone?: string;
  readonly v3?: V3Access;
  readonly v2?: V2Access;
  /** Where outcomes are posted. Absent or empty: nobody is told. */
  readonly outcomes?: readonly OutcomeEndpoint[];
  /**
   * Whether a receiver of notifications may say that nobody is told. Its merchants file may be another than the worker's,
   * so a file without `outcomes` is believed only if it has the private key, as the worker's has.
   */
  readonly tellsNobody?: true;
}

/** A URL of a checkout that outcomes are posted to, as Standard Webhooks. */
export interface OutcomeEndpoint {
  readonly url: URL;
  /** Stands for the URL in histories: a URL may hold a secret. */
  readonly key: string;
  readonly wants: (type: EventType) => boolean;
  /**
   * Signs a body with every secret: `webhook-signature`.
   *
   * @param at seconds since 1970: `webhook-timestamp`
   */
  readonly sign: (id: string, at: number, body: string) => string;
}

/** A merchant that a v3 notification may belong to. */
export type V3Merchant = Merchant & { readonly v3: V3Access };

/** The merchants that a worker knows. */
export interface MerchantDirectory {
  find(mchid: string): Merchant | undefined;
}

/** The merchants of a receiver of notifications. A v3 notification does not name its merchant in the clear. */
export interface MerchantList extends MerchantDirectory {
  all(): Iterable<Merchant>;
  /**
   * A value that is another one (by `===`) once a merchant or one of its keys has changed. With it, a notification that does
   * not name its merchant costs the same however many there are. Absent: `all` is read for each such notification.
   */
  version?(): unknown;
}

/** The hosts that WeChat Pay's documents name (S0, S1, S2). */
export const HOSTS = {
  'v3-global': 'https://apihk.mch.weixin.qq.com',
  v3: 'https://api.mch.weixin.qq.com',
  v2: 'https://api.mch.weixin.qq.com',
} as const satisfies Record<OrderApi, string>;

/** Origins by API. */
export type Hosts = { readonly [Api in OrderApi]?: string | undefined };

/** Where a merchant's calls go. */
export function hostOf({ host, hosts = {} }: Pick<V3Access, 'host' | 'hosts'>, api: V3Api): string {
  return host ?? hosts[api] ?? HOSTS[api];
}

const PUBLIC_KEY_PREFIX = 'PUB_KEY_ID_';

/** The public key that WeChat Pay is asked to sign with, where the merchant has one; certificates need no such wish. */
export function preferredSerial(keys: VerificationKeys): string | undefined {
  return [...keys.keys()].find((serial) => serial.startsWith(PUBLIC_KEY_PREFIX));
}
