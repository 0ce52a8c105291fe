/** The checkout that the tests beside this file are of, as small as one can be: its rows are in memory. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { OrderClient } from 'wechatpay-order-lifecycle-client';
import { outcomeHandler, type VerifiedOutcome } from 'wechatpay-order-lifecycle-client/outcomes';

const MCHID = '1900000109';

export interface Row {
  status: string;
  /** Of the newest outcome. */
  sequence: number;
}

export interface Shop {
  /** By `out_trade_no`. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Where it takes outcomes. */
  readonly outcomesUrl: string;
  /** Creates an order, to be paid within 15 minutes. */
  createOrder(outTradeNo: string, total: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a shop. @param outcomeSecret what outcomes are signed with */
export async function openShop(temporalAddress: string, outcomeSecret: string): Promise<Shop> {
  const rows = new Map<string, Row>();
  const handle = (event: VerifiedOutcome): void => {
    if (event.type !== 'order.paid' && event.type !== 'order.closed') return;
    const row = rows.get(event.data.order.outTradeNo ?? '');
    // An outcome may come more than once, and an older one after a newer one.
    if (row === undefined || row.sequence >= event.sequence) return;
    row.status = event.type === 'order.paid' ? 'paid' : 'closed';
    row.sequence = event.sequence;
  };
  const server = createServer(outcomeHandler({ secrets: outcomeSecret, handle })).listen(0, '127.0.0.1');
  const connection = await Connection.connect({ address: temporalAddress });
  const orders = new OrderClient(new Client({ connection }));
  return {
    rows,
    outcomesUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    createOrder: async (outTradeNo, total) => {
      rows.set(outTradeNo, { status: 'open', sequence: 0 });
      const amount = { total, currency: 'HKD' };
      await orders.start({ api: 'v3-global', mchid: MCHID, outTradeNo, amount, payWithin: '15m' });
    },
    close: async () => {
      await closed(server);
      await connection.close();
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
