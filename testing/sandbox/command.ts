import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { untilInterrupted, UsageError } from '../../process/command-line.js';
import { SECRET_FILE } from './merchants-file.js';
import { readOptions, type MainOptions } from './options.js';
import { Sandbox } from './sandbox.js';

/** Runs the sandbox until it is interrupted. @returns the exit code */
export async function sandbox(args: string[]): Promise<number> {
  const options = readOptions(args);
  const interrupted = untilInterrupted();
  const { folder: ownFolder, outcomes, ...rest } = options;
  const running = await Sandbox.start(rest).catch((error: unknown): never => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`Port ${rest.port} is taken: another process listens there. Choose another --port.`);
  });
  let folder: string | undefined;
  try {
    folder = ownFolder === undefined ? await mkdtemp(join(tmpdir(), 'wxpay-sandbox-')) : resolve(ownFolder);
    const merchantsFile = await running.writeMerchantsFile(
      folder,
      outcomes === undefined ? {} : { checkout: { url: outcomes } },
    );
    console.log(greeting(running, merchantsFile, options));
    await interrupted;
  } finally {
    await running.stop();
    if (ownFolder === undefined && folder !== undefined) await rm(folder, { recursive: true });
  }
  console.log(ownFolder === undefined ? `\nEnded; ${folder} is removed.` : `\nEnded; ${folder} is left as it is.`);
  return 0;
}

function greeting({ url, merchants }: Sandbox, merchantsFile: string, { folder, outcomes }: MainOptions): string {
  const json = `-H 'content-type: application/json' -d`;
  const secretFile = join(dirname(merchantsFile), SECRET_FILE);
  const told =
    outcomes === undefined ? '' : `Outcomes are posted to ${outcomes}, signed with the secret in ${secretFile}\n`;
  return `WeChat Pay sandbox at ${url}, merchant ${[...merchants.keys()].join(', ')}
Merchants file and keys, good for this sandbox only: ${merchantsFile}
${told}${
    folder === undefined
      ? 'They are removed when it ends.'
      : 'They are left there when it ends. The next one writes new keys, which a worker takes up within 10 s.'
  }

A worker takes the file as it is (from source: npm run worker):
  WXPAY_MERCHANTS_FILE=${merchantsFile} wechatpay-orders worker

Place an order, old enough to be closed; let it be paid; let an answer be lost; look at every call:
  curl ${url}/sandbox/orders ${json} '{"outTradeNo":"A-1","amount":{"total":888,"currency":"HKD"},"createdMinutesAgo":6}'
  curl -X POST ${url}/sandbox/orders/A-1/pay
  curl ${url}/sandbox/misbehaviours ${json} '{"what":"loseAnswer","on":"close","outTradeNo":"A-1"}'
  curl ${url}/sandbox/ledger
All of it: curl ${url}/sandbox

Ctrl-C ends it.`;
}
