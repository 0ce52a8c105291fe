import { createServer, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listening } from '../../support/listening.js';
import { listOf, merchant, newTestReceiver, SIGNATURE_HEADERS, v3Notification } from './fixtures.js';

const LINES: readonly (readonly [string, (right: string) => string[]])[] = [
  ['the right one first', (right) => [right, 'AAAA']],
  ['the right one last', (right) => ['AAAA', right]],
  ['the right one twice', (right) => [right, right]],
];

/** Posts a genuine notification to a real server, with what is altered of its headers; an array is as many lines. */
async function outcomeOf(altered: (headers: Record<string, string>) => Record<string, string | string[]>) {
  const { receiver, facts, events } = newTestReceiver(listOf(await merchant()));
  const server = createServer((request, response) => {
    void receiver.receive(request, request.headers).then(({ answer }) => response.writeHead(answer.status).end());
  });
  const port = await listening(server.listen(0, '127.0.0.1'));
  const { headers, body } = await v3Notification();
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers: { ...given, ...altered(given) } });
  sent.end(body);
  await once(sent, 'response');
  return { outcome: events[0]?.outcome, facts: facts.length };
}

describe('a notification over a real connection', () => {
  it('is a fact with one line of each header', async () => {
    expect(await outcomeOf(() => ({}))).toMatchObject({ facts: 1 });
  });

  it('is a fact if each header is a list of one, as some gateways have it', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification();
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    await receiver.receive(body, lists);
    expect(facts).toHaveLength(1);
  });

  describe.each(SIGNATURE_HEADERS)('with two lines of %s', (name) => {
    it.each(LINES)('is not signed, %s', async (_, lines) => {
      const outcome = await outcomeOf((headers) => ({ [name]: lines(headers[name] ?? '') }));
      expect(outcome).toEqual({ outcome: 'unsigned', facts: 0 });
    });
  });
});
