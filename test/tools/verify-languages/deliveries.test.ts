import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { newSecret } from '../../../testing/sandbox/merchants-file.js';
import { tryDeliveries } from '../../../tools/verify-languages/deliveries.js';
import type { Lab } from '../../../tools/verify-languages/lab.js';
import { listening } from '../../support/listening.js';

interface Event {
  readonly workflowId: string;
  readonly type: string;
}

/** Posts to a program that answers every delivery with one status, and stores it or not. */
async function tried(status: number, isStored: boolean): Promise<number> {
  const states = new Map<string, string>();
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { workflowId, type } = JSON.parse(body) as Event;
      if (isStored) states.set(workflowId, type);
      answer.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  const lab = { secret: newSecret(), mchid: '1900000109', shopPort: await listening(server) } as Lab;
  return tryDeliveries(lab, 'SHOP-1', { stateOf: (workflowId) => states.get(workflowId), setBroken: () => undefined });
}

describe('a program that checks no delivery', () => {
  it('fails by each that is forged, too old or malformed, and by one that is older than what is stored', async () => {
    const faults = [
      'with another secret',
      'signed too long ago',
      'signed for later',
      'with another body than the signed one',
      'with another id than the signed one',
      'without a signature',
      'with a signature of no form',
      'with a time of no form',
    ].map((means) => `an event ${means}: answered 204, and must be 4xx`);
    const error = await tried(204, true).catch((thrown: unknown) => thrown as Error);
    const lines = (error as Error).message.split('\n');
    expect(lines).toEqual(expect.arrayContaining(faults));
    expect(lines).toContain(
      'an event older than the stored one: order.closed is stored, and must be order.needs-attention',
    );
    expect(lines).toContain('an event that cannot be stored: answered 204, and must be 5xx');
  });

  it('fails if it refuses all of them, or stores none', async () => {
    await expect(tried(400, false)).rejects.toThrow(
      'an event signed with two secrets, of which the second is right: answered 400, and must be 2xx',
    );
    await expect(tried(204, false)).rejects.toThrow('an event newer than the stored one: nothing is stored');
  });

  it('fails if it breaks on what it must refuse', async () => {
    await expect(tried(500, false)).rejects.toThrow('an event with another secret: answered 500, and must be 4xx');
  });
});
