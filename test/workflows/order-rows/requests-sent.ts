import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { onTestFinished } from 'vitest';

const CHANNEL = 'http.client.request.start';

/**
 * Every HTTP request that this process sends to an origin from now on, as Node.js itself tells: its `Authorization`, or
 * an empty text where it has none.
 */
export function requestsSent(origin: string): readonly string[] {
  const { host } = new URL(origin);
  const sent: string[] = [];
  const onStart = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    if (request.getHeader('host') === host) sent.push(String(request.getHeader('authorization') ?? ''));
  };
  subscribe(CHANNEL, onStart);
  onTestFinished(() => void unsubscribe(CHANNEL, onStart));
  return sent;
}
