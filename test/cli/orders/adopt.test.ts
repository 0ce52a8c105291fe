import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DeskWorld, newDeskWorld } from './desk.js';

// Without a worker: a start needs none.
let world: DeskWorld;
beforeAll(async () => {
  world = await newDeskWorld();
});
afterAll(() => world.end());

const WITH = ['--with', 'api=v3 mchid=1900000109 currency=CNY payWithin=30m'];
const WAIT = { timeout: 60_000 };
const CREATED = new Date().toISOString();

function fileOf(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-adopt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const countOf = async (prefix: string): Promise<number> =>
  (await world.client.workflow.count(`WorkflowId STARTS_WITH 'order/1900000109/${prefix}'`)).count;

describe('adopt', () => {
  it('starts the orders of a CSV file, and writes down the fault of each line that it cannot', async () => {
    const lines = [
      'out_trade_no,total,created_at',
      `CSV-0001,888,${CREATED}`,
      `"CSV-0002", 1 ,${CREATED}`,
      `CSV-0001,888,${CREATED}`,
      'CSV-0003,888,2026-01-31 17:00:00',
      `CSV-0004,8.88,${CREATED}`,
      'CSV-0005,888',
      `CSV-0002,2,${CREATED}`,
      `CSV-0006,888,${CREATED}`,
    ];
    const file = fileOf('unpaid.csv', `\uFEFF${lines.join('\r\n')}\r\n\r\n`);
    const told = await world.desk(['adopt', file, ...WITH]);
    expect(told.code).toBe(1);
    expect(told.out).toContain('8 lines: 3 started, 1 were watched already, 0 had ended, 4 have faults.');
    expect(told.out).toContain(`The faults, line by line: ${file}.faults.jsonl`);
    const faults = readFileSync(`${file}.faults.jsonl`, 'utf8').trim().split('\n');
    expect(faults.map((each): unknown => JSON.parse(each))).toMatchObject([
      {
        line: 5,
        code: 'invalid-order',
        input: ['CSV-0003', '888', '2026-01-31 17:00:00'],
        message: expect.stringContaining('createdAt'),
      },
      { line: 6, code: 'invalid-order', message: expect.stringContaining('amount.total must be a whole number') },
      { line: 7, code: 'unreadable', message: 'has 2 columns, and the first line 3' },
      { line: 8, code: 'input-differs' },
    ]);
    expect(existsSync(`${file}.progress`)).toBe(false);
    const again = await world.desk(['adopt', file, ...WITH, '--lang', 'zh']);
    expect(again.out).toContain('共 8 行：0 个已启动，4 个此前已在跟踪，0 个此前已了结，4 行有误。');
    await vi.waitFor(async () => expect(await countOf('CSV-')).toBe(3), WAIT);
  });

  it('takes JSON Lines from a pipe', async () => {
    const order = {
      outTradeNo: 'PIPE-001',
      amount: { total: 1, currency: 'HKD' },
      api: 'v3-global',
      createdAt: CREATED,
    };
    const input = `${JSON.stringify(order)}\n\n${JSON.stringify({ ...order, outTradeNo: 'PIPE-002' })}\n`;
    const told = await world.desk(['adopt', '-', '--json', '--with', 'mchid=1900000109 payWithin=30m'], {}, input);
    expect(told.code).toBe(0);
    expect(JSON.parse(told.out)).toEqual({
      lines: 2,
      started: 2,
      known: 0,
      ended: 0,
      faults: 0,
      faultsFile: null,
      stoppedAfterLine: null,
    });
  });

  it('says what is wrong with a file', async () => {
    expect(await world.desk(['adopt', '/nowhere.csv'])).toMatchObject({
      code: 2,
      err: '/nowhere.csv cannot be read (ENOENT).\n',
    });
    expect(await world.desk(['adopt', fileOf('none.csv', 'A1,888\nA2,888\n')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('The first line must name the columns'),
    });
    expect(await world.desk(['adopt', fileOf('open.csv', 'outTradeNo,total\n"A1,888\nA2,888\n')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('a quote is not closed'),
    });
    expect(await world.desk(['adopt', '-', '--with', 'api'])).toMatchObject({
      code: 2,
      err: '--with takes name=value, as in api=v3 (got "api").\n',
    });
  });

  it('goes on where it was killed, or interrupted, and has each fault once', async () => {
    const lines = Array.from(
      { length: 600 },
      (_, index) => `KILL-${index},${index % 60 === 0 ? 'none' : '888'},${CREATED}`,
    );
    const file = fileOf('many.csv', `outTradeNo,total,createdAt\n${lines.join('\n')}\n`);
    const args = ['adopt', file, ...WITH, '--rate', '100'];
    const keptOf = (): { records: number } =>
      existsSync(`${file}.progress`)
        ? (JSON.parse(readFileSync(`${file}.progress`, 'utf8')) as { records: number })
        : { records: 0 };
    const first = world.start(args);
    await vi.waitFor(() => expect(keptOf().records).toBeGreaterThanOrEqual(100), WAIT);
    first.child.kill('SIGKILL');
    expect((await first.told).code).toBeNull();
    const killedAt = keptOf().records;
    expect(killedAt).toBeLessThan(600);
    // Of a batch whose progress was not kept any more.
    writeFileSync(`${file}.faults.jsonl`, 'half a li', { flag: 'a' });
    const second = world.start(args);
    await vi.waitFor(() => expect(keptOf().records).toBeGreaterThan(killedAt), WAIT);
    second.child.kill('SIGINT');
    const interrupted = await second.told;
    expect(interrupted).toMatchObject({
      code: 130,
      err: expect.stringContaining(`Going on after line ${killedAt + 1}, as ${file}.progress says.`),
      out: expect.stringMatching(/Stopped after line \d+\. Run the same command again/),
    });
    const { code, value } = await world.json([...args.slice(0, -1), '1000']);
    expect(code).toBe(1);
    expect(value).toMatchObject({ lines: 600, faults: 10, stoppedAfterLine: null });
    const { started, known } = value as { started: number; known: number };
    expect(started + known).toBe(590);
    const faults = readFileSync(`${file}.faults.jsonl`, 'utf8').trim().split('\n');
    expect(faults.map((each) => (JSON.parse(each) as { line: number }).line)).toEqual(
      Array.from({ length: 10 }, (_, index) => index * 60 + 2),
    );
    await vi.waitFor(async () => expect(await countOf('KILL-')).toBe(590), WAIT);
  });

  it('does not go on in a file that has changed', async () => {
    const file = fileOf('changed.csv', 'outTradeNo,total\nCHANGED-1,888\n');
    writeFileSync(`${file}.progress`, JSON.stringify({ size: 1, mtimeMs: 1, records: 1 }));
    expect(await world.desk(['adopt', file])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`remove ${file}.progress.`),
    });
  });
});
