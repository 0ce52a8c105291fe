import { once } from 'node:events';
import { request as httpRequest, type Agent, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { serve } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import type { NotificationReceiver } from '../../../client/notifications/index.js';
import * as express from '../../../examples/notifications/express.js';
import * as fastify from '../../../examples/notifications/fastify.js';
import * as hono from '../../../examples/notifications/hono.js';
import * as koa from '../../../examples/notifications/koa.js';
import * as node from '../../../examples/notifications/node.js';
import { listening } from '../../support/listening.js';

/** The services of examples/notifications, each listening on 127.0.0.1; ended with the test. */
export const SERVICES: Readonly<Record<string, (receiver: NotificationReceiver) => Promise<number>>> = {
  node: (receiver) => listening(node.newService(receiver).listen(0, '127.0.0.1')),
  express: (receiver) => listening(express.newService(receiver).listen(0, '127.0.0.1')),
  koa: (receiver) => {
    const app = koa.newService(receiver);
    // Koa prints which connections were cut off.
    app.silent = true;
    return listening(app.listen(0, '127.0.0.1'));
  },
  hono: (receiver) =>
    listening(serve({ fetch: hono.newService(receiver).fetch, port: 0, hostname: '127.0.0.1' }) as Server),
  fastify: async (receiver) => {
    const app = fastify.newService(receiver);
    onTestFinished(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as AddressInfo).port;
  },
};

export interface Answered {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
  /** Whether the connection was one that had been used before. */
  readonly isReused: boolean;
}

/** Sends one request, as a client that may keep its connection. */
export async function sent(
  port: number,
  path: string,
  { method = 'POST', headers = {}, body, agent }: Sending = {},
): Promise<Answered> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { ...headers },
    ...(agent && { agent }),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & ResponseParts];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(Buffer.from(piece));
  const { statusCode: status, headers: answered } = response;
  const text = Buffer.concat(pieces).toString();
  return { status, type: answered['content-type'], body: text, isReused: request.reusedSocket };
}

interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent;
}

interface ResponseParts {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Opens a connection, and sends some text and nothing more. */
export async function begin(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** All that comes until the other side ends the connection. */
export async function restOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  // An end in the middle of what was still being sent may be a reset.
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}
