import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOptions } from '../../demo/options.js';
import { report } from '../../demo/report.js';
import { readStories, type Story } from '../../demo/stories.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/orders.jsonl', import.meta.url));

function fileOf(...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-stories-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'orders.jsonl');
  writeFileSync(file, lines.join('\n'));
  return file;
}

const GOOD =
  '{"outTradeNo":"A","amount":{"total":1,"currency":"HKD"},"createdAgo":"6m","payWithin":"5m","expect":"closed"}';

describe('the orders of the demo', () => {
  it('are all there', () => {
    expect(readStories(EXAMPLES).map(({ outTradeNo }) => outTradeNo)).toEqual(
      expect.arrayContaining([
        'PAID-IN-TIME',
        'UNPAID',
        'NOTICE-LOST',
        'PAID-IN-BETWEEN',
        'SYSTEM-ERROR-3-TIMES',
        'ANSWER-LOST',
      ]),
    );
  });

  it.each([
    [[GOOD, '{'], 'line 2'],
    [[GOOD.replace('"6m"', '"soon"')], 'line 1: createdAgo must be a duration'],
    [[GOOD.replace('"A"', '"A/B"')], 'line 1: outTradeNo must be 1 to 24 of'],
    [[GOOD.replace('expect', 'expected')], 'line 1'],
    [[GOOD, GOOD], 'A is there twice'],
    [[''], 'there is no order in it'],
  ])('are refused with the line of each fault: %j', (lines, fault) => {
    expect(() => readStories(fileOf(...lines))).toThrow(fault);
  });

  it('are refused where the file is not there', () => {
    expect(() => readStories('/nowhere.jsonl')).toThrow('cannot be read (ENOENT)');
  });
});

describe('the report', () => {
  const [story] = readStories(EXAMPLES) as [Story];
  const clean = { early: [], closedWhilePaid: [], needless: [], wrong: [] };

  it.each([
    ['all is well', 'paid', clean, true],
    ['an order ended otherwise', 'closed', clean, false],
    ['an audit found something', 'paid', { ...clean, needless: ['A'] }, false],
  ])('holds only if %s', (_, actual, audit, holds) => {
    expect(report([{ story, outTradeNo: 'A', actual }], audit).holds).toBe(holds);
  });
});

describe('the options', () => {
  it('use an exported server only if it is on this machine', () => {
    expect(readOptions([], { TEMPORAL_ADDRESS: 'temporal.example.com:7233' })).toMatchObject({ address: undefined });
    expect(readOptions([], { TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toMatchObject({ address: '127.0.0.1:7233' });
    expect(readOptions(['--address', 'temporal.example.com:7233'], {})).toMatchObject({
      address: 'temporal.example.com:7233',
    });
  });

  it('refuse what they do not know', () => {
    expect(() => readOptions(['--fast'], {})).toThrow('--fast');
  });
});
