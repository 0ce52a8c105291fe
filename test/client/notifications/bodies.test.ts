import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Parser } from 'xml2js';
import {
  LATER,
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  REFUSED,
  v2Notification,
  v3Notification,
} from './fixtures.js';

describe('the body of a notification', () => {
  it('may be text, as function platforms hand it over', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification();
    expect(await receiver.receive(body.toString(), headers)).toMatchObject({ outcome: 'signalled' });
    expect(facts).toHaveLength(1);
  });

  it.each([[null], [undefined], ['']])('that is none, as function platforms say it, is malformed: %j', async (none) => {
    const { receiver } = newTestReceiver(listOf(await merchant()));
    const { headers } = await v3Notification();
    expect(await receiver.receive(none as unknown as string, headers)).toMatchObject({ outcome: 'malformed' });
  });

  it('may come as pieces of text', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification();
    const pieces = Readable.from([body.toString().slice(0, 50), body.toString().slice(50)]);
    expect(await receiver.receive(pieces, headers)).toMatchObject({ outcome: 'signalled' });
    expect(facts).toHaveLength(1);
  });

  it.each([[{ id: '1' }], [[1, 2]], [7]])('that was parsed before is answered, never thrown: %j', async (parsed) => {
    const { receiver } = newTestReceiver(listOf(await merchant()));
    const { headers } = await v3Notification();
    const received = await receiver.receive(parsed as unknown as Uint8Array, headers);
    expect(received).toEqual({ answer: LATER.v3, outcome: 'body-consumed' });
  });
});

describe('XML, if no merchant has v2,', () => {
  it.each([[undefined], [MCHID]])('is refused and not parsed, with the address of %s', async (mchid) => {
    const parser = vi.spyOn(Parser.prototype, 'parseString');
    onTestFinished(() => parser.mockRestore());
    const { v2: _, ...withoutV2 } = await merchant();
    const { receiver } = newTestReceiver(listOf(withoutV2));
    const { headers, body } = v2Notification();
    expect(await receiver.receive(body, headers, { mchid })).toEqual({
      answer: REFUSED.v2,
      outcome: 'unknown-merchant',
    });
    expect(parser).not.toHaveBeenCalled();
  });
});
