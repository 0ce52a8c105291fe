import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { VIEWS, viewUrl } from '../../tools/docs/views.js';
import { registerSearchAttributes } from '../../worker/setup.js';

let server: Awaited<ReturnType<typeof startDevServer>>;
let client: Client;
beforeAll(async () => {
  server = await startDevServer({ ui: false });
  await registerSearchAttributes(server.env.connection, 'default');
  client = new Client({ connection: server.env.connection });
});
afterAll(() => server.env.teardown());

describe('a saved view', () => {
  it.each(VIEWS)('has a link with a query that the server takes: %s', async (_, query) => {
    const link = viewUrl(query);
    expect(link).not.toMatch(/[ ()'<]/);
    const inLink = new URL(link).searchParams.get('query') ?? '';
    expect(inLink).toBe(query);
    expect(await client.workflow.count(inLink)).toMatchObject({ count: 0 });
  });

  it('would be refused with a name that is not registered', async () => {
    await expect(client.workflow.count("WxpayStatus = 'needs-attention'")).rejects.toThrow();
  });
});
