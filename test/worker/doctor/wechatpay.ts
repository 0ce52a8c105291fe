import { readFileSync, writeFileSync } from 'node:fs';
import type { Finding } from '../../../worker/doctor/finding.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { folderOf, look } from './look.js';

/** A sandbox's merchants file with some of its text changed. */
export async function fileOf(sandbox: Sandbox, change: (yaml: string) => string = (yaml) => yaml): Promise<string> {
  const merchantsFile = await sandbox.writeMerchantsFile(folderOf({}));
  writeFileSync(merchantsFile, change(readFileSync(merchantsFile, 'utf8')));
  return merchantsFile;
}

export const onlyGlobal = (yaml: string): string => yaml.replace('v3:\n', 'v3:\n      api: v3-global\n');

/** What the doctor finds, asking WeChat Pay only. */
export async function ask(merchantsFile: string, timeoutMs = 10_000): Promise<Finding[]> {
  return look({ merchantsFile, timeoutMs, asks: 'WeChat Pay' });
}
