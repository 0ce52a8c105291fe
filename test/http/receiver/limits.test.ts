import { once } from 'node:events';
import { connect, Server } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Parser } from 'xml2js';
import { NotificationMetrics } from '../../../http/receiver/metrics.js';
import { serveNotifications } from '../../../http/receiver/server.js';
import { parseAddress } from '../../../process/settings.js';
import { freeAddress } from '../../../testing/demo/processes.js';
import { listOf, merchant, newTestReceiver, PAYMENT, v3Notification } from '../../client/notifications/fixtures.js';
import { begin, restOf, sent } from '../../client/notifications/sockets.js';

const PATH = '/wechatpay/notifications';
const HOSTILE = 50;
/** Far longer than it takes, and shorter than WeChat Pay waits. */
const ANSWERED_WITHIN_MS = 4_000;

async function serving(options: Parameters<typeof serveNotifications>[2] = {}) {
  const received = newTestReceiver(listOf(await merchant()));
  const address = await freeAddress();
  const server = await serveNotifications({ address, path: PATH }, received.receiver, options);
  onTestFinished(() => server.close());
  return { ...received, port: Number(address.split(':')[1]) };
}

describe('the connections of a receiver', () => {
  it('are limited: one too many is closed at once, and counted', async () => {
    const metrics = new NotificationMetrics();
    const address = await freeAddress();
    const page = await metrics.serve(parseAddress(address) ?? { host: '', port: 0 });
    onTestFinished(() => page.close());
    const dropped = async (): Promise<number> => {
      const text = await (await fetch(`http://${address}/metrics`)).text();
      return Number(/^wxpay_notification_connections_dropped_total (\d+)$/m.exec(text)?.[1]);
    };
    const { port } = await serving({ maxConnections: 2, onDrop: metrics.connectionDropped });
    expect(await dropped()).toBe(0);
    const idle = [await begin(port, 'P'), await begin(port, 'P')];
    const third = connect(port, '127.0.0.1');
    expect(await restOf(third)).toBe('');
    await vi.waitFor(async () => expect(await dropped()).toBe(1));
    for (const socket of idle) socket.destroy();
    await vi.waitFor(async () => expect(await sent(port, PATH, await v3Notification())).toMatchObject({ status: 204 }));
  });

  it('are 2,000 if nothing else is said', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    await serving();
    expect(listen.mock.contexts.map((server) => (server as Server).maxConnections)).toContain(2_000);
  });
});

describe('hostile XML on 50 connections', () => {
  it('does not keep valid notifications from their answers', async () => {
    const { port, facts } = await serving();
    const parser = vi.spyOn(Parser.prototype, 'parseString');
    onTestFinished(() => parser.mockRestore());
    const body = `<xml>${Array.from({ length: 7_000 }, (_, at) => `<f${at}/>`).join('')}</xml>`;
    const head = `POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: text/xml\r\ncontent-length: ${body.length}\r\n\r\n`;
    let isOver = false;
    let refused = 0;
    const attack = async (): Promise<void> => {
      while (!isOver) {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.write(head + body);
        if ((await restOf(socket)).includes('FAIL')) refused += 1;
      }
    };
    const attacks = Array.from({ length: HOSTILE }, attack);
    let slowestMs = 0;
    for (let count = 0; count < 20; count += 1) {
      const notification = await v3Notification({ resource: { ...PAYMENT, out_trade_no: `ORDER-${count}` } });
      const startedAt = performance.now();
      expect(await sent(port, PATH, notification)).toMatchObject({ status: 204 });
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    }
    isOver = true;
    await Promise.all(attacks);
    expect(facts).toHaveLength(20);
    expect(refused).toBeGreaterThan(HOSTILE);
    expect(parser).not.toHaveBeenCalled();
    expect(slowestMs).toBeLessThan(ANSWERED_WITHIN_MS);
  });
});
