import type { DeliveryHandle, LatePaymentHandle, OrderHandle, ServiceOrderHandle } from '../../client/index.js';
import { fill } from '../../domain/page/texts.js';
import { UsageError } from '../../process/command-line.js';
import type { Desk } from './desk.js';
import { USAGE } from './texts.js';
import type { Kind } from './where.js';

/** The handle of one workflow, by what it watches. */
export type Handle =
  | { readonly kind: 'order'; readonly handle: OrderHandle }
  | { readonly kind: 'payscore'; readonly handle: ServiceOrderHandle }
  | { readonly kind: 'late'; readonly handle: LatePaymentHandle }
  | { readonly kind: 'delivery'; readonly handle: DeliveryHandle };

const NUMBER = '[0-9A-Za-z_\\-|*@]{1,32}';
const ORDER_ID = new RegExp(
  `^(?<late>late/)?order/(?<mchid>\\d{1,32})(?:/(?<subMchid>\\d{1,32}))?/(?<isOurs>id:)?(?<number>${NUMBER})$`,
);
const SERVICE_ID = new RegExp(`^payscore/(?<mchid>\\d{1,32})/(?<number>${NUMBER})$`);
const MERCHANT = /^\d{1,32}(\/\d{1,32})?$/;

/** The handle of a workflow, by its id. `undefined`: the id is none of ours. Makes no call. */
export function handleOf(desk: Desk, workflowId: string): Handle | undefined {
  if (workflowId.startsWith('outcome/')) {
    const of = handleOf(desk, workflowId.slice('outcome/'.length));
    return of === undefined || of.kind === 'delivery' ? undefined : { kind: 'delivery', handle: of.handle.delivery() };
  }
  const service = SERVICE_ID.exec(workflowId)?.groups;
  if (service !== undefined) {
    const { mchid = '', number: outOrderNo = '' } = service;
    return { kind: 'payscore', handle: desk.serviceOrders.serviceOrder({ mchid, outOrderNo }) };
  }
  const order = ORDER_ID.exec(workflowId)?.groups;
  if (order === undefined) return undefined;
  const { mchid = '', subMchid, number = '' } = order;
  const key = { mchid, ...(subMchid !== undefined && { subMchid }) };
  const ref = order['isOurs'] === undefined ? { ...key, outTradeNo: number } : { ...key, transactionId: number };
  return order['late'] === undefined
    ? { kind: 'order', handle: desk.orders.order(ref) }
    : { kind: 'late', handle: desk.orders.latePayment(ref) };
}

/** How a person names an order: by the id of its workflow, or by its number, with the merchant or without. */
export interface Named {
  readonly text: string;
  /** As in `1900000109`; of an institution or partner `1900000109/1900000110`. */
  readonly merchant?: string | undefined;
}

/** The handle of what a person has named. @throws UsageError */
export async function handleNamed<K extends Kind>(
  desk: Desk,
  named: Named,
  kinds: readonly K[],
): Promise<Extract<Handle, { readonly kind: K }>> {
  const { text } = named;
  const id = text.includes('/') ? text : await idOf(desk, named, kinds);
  // A late payment is known by its order.
  const isLate = kinds.some((kind) => kind === 'late') && id.startsWith('order/') && !isOneOf(kinds, 'order');
  const found = handleOf(desk, isLate ? `late/${id}` : id);
  if (found === undefined) throw new UsageError(fill(USAGE.noOrder, desk.locale, { text: JSON.stringify(text) }));
  if (isOneOf(kinds, found.kind)) return found as Extract<Handle, { readonly kind: K }>;
  throw new UsageError(fill(USAGE.kind, desk.locale, { text, kinds: kinds.join(', ') }));
}

function isOneOf(kinds: readonly Kind[], kind: Kind): boolean {
  return kinds.includes(kind);
}

const PREFIXES = { order: 'order/', payscore: 'payscore/', late: 'late/order/' } as const;

/** The id of what has a number. If more than one can have it, the server is asked which has. */
export async function idOf(desk: Desk, { text, merchant }: Named, kinds: readonly Kind[]): Promise<string> {
  const { locale, list } = desk;
  const isRight = new RegExp(`^${NUMBER}$`).test(text) && (merchant === undefined || MERCHANT.test(merchant));
  if (!isRight) {
    const wrong = JSON.stringify(merchant === undefined ? text : `${merchant} ${text}`);
    throw new UsageError(fill(USAGE.noOrder, locale, { text: wrong }));
  }
  const merchants = merchant === undefined ? await list.merchants() : [merchant];
  const prefixes = kinds.flatMap((kind) => (kind === 'delivery' ? [] : PREFIXES[kind]));
  const possible = merchants.flatMap((each) => prefixes.map((prefix) => `${prefix}${each}/${text}`));
  if (possible.length === 1 && merchant !== undefined) return possible.join();
  const [id, ...others] = await list.known(possible);
  if (id === undefined) throw new UsageError(fill(USAGE.notFound, locale, { text, merchants: merchants.join(', ') }));
  if (others.length === 0) return id;
  throw new UsageError(
    fill(USAGE.ambiguous, locale, { text, ids: [id, ...others].map((each) => `  ${each}`).join('\n') }),
  );
}
