import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { freeAddress, startChild, startWorkerProcess } from '../../testing/demo/processes.js';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startLabBase } from '../lab.js';
import type { Cleanups } from '../processes.js';

// What `schemathesis.toml` names.
const MCHID = '1900000109';
const PLACED = ['ORDER-2', 'EXTEND-1', 'EXTEND-2', 'CLOSE-1', 'CLOSE-2', 'PAID-1', 'GONE-1'];
const NOT_PLACED = ['ORDER-1', 'ORDER-3'];
const SERVICE_ORDERS = ['RENTAL-1', 'RENTAL-2'];

const AMOUNT = { total: 888, currency: 'HKD' } as const;
const START = { api: 'v3-global', amount: AMOUNT, payWithin: '1h' } as const;
const TEN_MINUTES_MS = 10 * 60_000;

export interface Lab {
  readonly url: string;
  readonly folder: string;
  readonly authFile: string;
  readonly other: string;
}

/** Starts a Temporal server, a sandbox, a worker and the API, and orders in several states. */
export async function startLab(cleanups: Cleanups, onProgress: (line: string) => void): Promise<Lab> {
  const base = await startLabBase('verify-api', cleanups, onProgress, { mchids: [MCHID] });
  const { folder, temporalAddress, connection, sandbox, workflowBundle } = base;
  cleanups.push(() => connection.close());
  const merchantsFile = await sandbox.writeMerchantsFile(folder);
  const onSpawn = (stop: () => Promise<void>): void => cleanups.push(stop);
  const { tokensFile, authFile, owner, other } = await writeTokens(folder);
  const address = await freeAddress();
  await Promise.all([
    startWorkerProcess({ temporalAddress, merchantsFile, workflowBundle, onSpawn }),
    startChild({
      program: 'cli/main.ts api',
      env: { TEMPORAL_ADDRESS: temporalAddress, WXPAY_API_ADDRESS: address, WXPAY_API_TOKENS_FILE: tokensFile },
      readyMessage: 'the API is ready',
      onSpawn,
      // Not repeated: every refusal is one.
      onLog: ({ msg, code, ...line }) => {
        if (code === 'unexpected' || code === 'call-failed') onProgress(`${msg}: ${JSON.stringify({ code, ...line })}`);
      },
    }),
  ]);
  const url = `http://${address}`;
  await seed({ url, token: owner, sandbox, client: new Client({ connection }) });
  return { url, folder, authFile, other };
}

/** Two users: one of every merchant, and one of another than all that are asked for. */
async function writeTokens(folder: string) {
  const [owner, other] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  await writeFile(join(folder, 'owner.token'), owner, { mode: 0o600 });
  await writeFile(join(folder, 'other.token'), other, { mode: 0o600 });
  const tokensFile = join(folder, 'tokens.yaml');
  const tokens = `tokens:
  - { name: owner, merchants: '*', tokenFiles: [owner.token] }
  - { name: other, merchants: ['98765432109876543210'], tokenFiles: [other.token] }
`;
  await writeFile(tokensFile, tokens);
  const authFile = join(folder, 'auth.json');
  const user = (name: string, token: string): object => ({
    name,
    fixedHeaders: [{ name: 'Authorization', value: `Bearer ${token}` }],
  });
  const auth = [user('owner', owner), user('other', other)];
  await writeFile(authFile, JSON.stringify({ schemaVersion: '0.2.0', auth }), { mode: 0o600 });
  return { tokensFile, authFile, owner, other };
}

interface Seeding {
  readonly url: string;
  readonly token: string;
  readonly sandbox: Sandbox;
  readonly client: Client;
}

/** Orders that wait, one that is paid and one that was terminated; service orders that wait and one that is cancelled. */
async function seed({ url, token, sandbox, client }: Seeding): Promise<void> {
  const ask = async (method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/v1/merchants/${MCHID}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} is answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const createdAt = Date.now() - TEN_MINUTES_MS;
  for (const outTradeNo of [...PLACED, ...NOT_PLACED]) {
    if (PLACED.includes(outTradeNo)) await sandbox.place({ mchid: MCHID, outTradeNo, amount: AMOUNT, createdAt });
    await ask('PUT', `orders/${outTradeNo}`, START);
  }
  await sandbox.pay({ mchid: MCHID, outTradeNo: 'PAID-1' });
  const { ended } = await ask('POST', 'orders/PAID-1/check');
  if (ended !== true) throw new Error('the order that was paid has not ended');
  await client.workflow.getHandle(`order/${MCHID}/GONE-1`).terminate('to verify the API');
  for (const outOrderNo of SERVICE_ORDERS) {
    const { serviceId, appid } = await sandbox.createServiceOrder({ mchid: MCHID, outOrderNo });
    const when = outOrderNo === 'RENTAL-1' ? { ifNotConfirmedWithin: '1h' } : 'now';
    const request = { requestId: 'seed', reason: 'seed', when };
    await ask('POST', `service-orders/${outOrderNo}/cancel`, { serviceId, appid, request });
  }
}
