import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Check, Context } from '../../../worker/doctor/context.js';
import type { Finding } from '../../../worker/doctor/finding.js';
import { runChecks } from '../../../worker/doctor/run.js';
import { CHECK_NAMES, CHECKS, type CheckName } from '../../../worker/doctor/table.js';
import type { CheckRow } from '../../../worker/doctor/finding.js';

export interface Look extends Partial<Pick<Context, 'merchantsFile' | 'mchid' | 'timeoutMs' | 'now' | 'env'>> {
  /** Whom the checks may ask. Default: nobody. */
  readonly asks?: 'WeChat Pay' | 'Temporal';
  readonly looks?: Readonly<Partial<Record<CheckName, Check>>>;
}

/** All that the doctor finds, in this process. */
export async function look({ asks, looks = {}, ...given }: Look): Promise<Finding[]> {
  const context: Context = {
    env: {},
    merchantsFile: undefined,
    mchid: undefined,
    timeoutMs: 10_000,
    now: Date.now,
    found: {},
    ends: [],
    ...given,
  };
  const findings: Finding[] = [];
  try {
    const others = CHECK_NAMES.filter((name) => askedBy(name) !== undefined && askedBy(name) !== asks);
    const silent = Object.fromEntries(others.map((name) => [name, () => []]));
    const options = { offline: asks === undefined, looks: asks === undefined ? looks : { ...silent, ...looks } };
    for await (const each of runChecks(context, options)) findings.push(each);
  } finally {
    for (const end of context.ends) await end();
  }
  return findings;
}

function askedBy(name: CheckName): CheckRow['asks'] {
  const { asks }: CheckRow = CHECKS[name];
  return asks;
}

/** The findings of one check, as `result subject: said`. */
export function of(findings: readonly Finding[], check: CheckName): string[] {
  return findings
    .filter((each) => each.check === check)
    .map(({ result, subject, said }) => [result, subject === null ? '' : ` ${subject}:`, ' ', said].join(''));
}

/** The one finding of a check. */
export function theOne(findings: readonly Finding[], check: CheckName): Finding {
  const [one, ...more] = findings.filter((each) => each.check === check);
  if (one === undefined || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} findings of ${check}`);
  return one;
}

/** A folder that ends with the test. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}
