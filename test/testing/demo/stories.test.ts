import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEMO_SANDBOX, mchidOf } from '../../../testing/demo/context.js';
import { readOptions } from '../../../testing/demo/options.js';
import { readStories } from '../../../testing/demo/stories.js';
import { storyNumber } from '../../../testing/demo/story-schema.js';
import { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { merchantsOf } from '../../support/merchant.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples/orders.jsonl', import.meta.url));

function fileOf(...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-stories-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'orders.jsonl');
  writeFileSync(file, lines.join('\n'));
  return file;
}

const ORDER = {
  outTradeNo: 'A',
  amount: { total: 1, currency: 'HKD' },
  createdAgo: '6m',
  payWithin: '5m',
  expect: 'closed',
};
const GOOD = JSON.stringify(ORDER);
const RENTAL = { outOrderNo: 'R', cancel: [{ after: '1s', reason: '用户取消' }], expect: 'cancelled' };

const order = (changes: object): string => JSON.stringify({ ...ORDER, ...changes });
const rental = (changes: object): string => JSON.stringify({ ...RENTAL, ...changes });
const request = (changes: object): string => rental({ cancel: [{ ...RENTAL.cancel[0], ...changes }] });

describe('the orders of the demo', () => {
  it('are all there', () => {
    expect(readStories(EXAMPLES).map(storyNumber)).toEqual(
      expect.arrayContaining([
        'PAID-IN-TIME',
        'UNPAID',
        'NOTIFICATION-LOST',
        'PAID-IN-BETWEEN',
        'SYSTEM-ERROR-3-TIMES',
        'ANSWER-LOST',
        'SIGNED-WRONGLY',
        'PLACED-ANEW',
        'CHECK-NOW',
        'NOTIFICATION-FIRST',
        'PAID-IN-THE-MOVE',
        'PAID-BY-THE-NEW-KEY',
        'FAILED',
        'FAILED-ANEW',
        'WRONG-AMOUNT',
        'NO-AUTH',
        'INSTITUTION',
        'MAINLAND',
        'V2-HMAC-SHA256',
        'V2-MD5',
        'RENTAL-NOT-CONFIRMED',
        'RENTAL-CANCELLED',
        'AMOUNT-DUE-KEPT',
        'AMOUNT-DUE-GIVEN-UP',
      ]),
    );
  });

  it('cannot shorten the 5 minutes', () => {
    expect(() => readStories(fileOf(order({ timing: { floor: '1m' } })))).toThrow('line 1: timing.floor is not');
  });

  it('are of the merchant that signs v2 as they say', async () => {
    const sandbox = await Sandbox.start(DEMO_SANDBOX);
    onTestFinished(() => sandbox.stop());
    const merchants = await merchantsOf(sandbox);
    const signs = (number: string): unknown => {
      const story = readStories(EXAMPLES).find((each) => storyNumber(each) === number);
      return story && merchants.find(mchidOf(story))?.v2?.signer.signType;
    };
    expect(signs('V2-MD5')).toBe('MD5');
    expect(signs('V2-HMAC-SHA256')).toBe('HMAC-SHA256');
    expect(signs('RENTAL-CANCELLED')).toBe('HMAC-SHA256');
  });

  it.each([
    [[GOOD, '{'], 'line 2: is not a JSON object'],
    [[order({ createdAgo: 'soon' })], 'line 1: createdAgo must be a duration'],
    [[order({ outTradeNo: 'A/B' })], 'line 1: outTradeNo must be the order number given at placement: 1 to 32 of'],
    [[order({ outTradeNo: 'A'.repeat(25) })], 'line 1: outTradeNo must be at most 24 long'],
    [[order({ api: 'v3' })], 'line 1: outTradeNo must be the order number given at placement: 6 to 32 of'],
    [[order({ api: 'v4' })], 'line 1: api '],
    [[order({ api: 'v2' })], 'line 1: signType must be given for v2, and for it only'],
    [[order({ signType: 'MD5' })], 'line 1: signType must be given for v2, and for it only'],
    [[order({ subMchid: 'one' })], 'line 1: subMchid must be'],
    [[order({ amount: { total: 0, currency: 'HKD' } })], 'line 1: amount.total must be'],
    [[order({ payWithin: '8d' })], 'line 1: payWithin must be'],
    [[order({ timing: { patience: '1s' } })], 'line 1: timing.patience must be'],
    [[order({ placed: false, shopper: { failsAfter: '1s' } })], 'line 1: shopper cannot pay what is not placed'],
    [[order({ closeNow: { after: '1s', replacedBy: 'A' } })], 'line 1: closeNow.replacedBy must be another number'],
    [[order({ closeNow: { after: '1s', replacedBy: 'B C' } })], 'line 1: closeNow.replacedBy must be the order number'],
    [[order({ operator: { does: 'refund' } })], 'line 1: operator.does '],
    [[order({ operator: { does: 'resolve', as: 'paid', by: 'Mei' } })], 'line 1: operator.note '],
    [[order({ wechatpay: [{ what: 'sleeps', on: 'query' }] })], 'line 1: wechatpay.0.what '],
    [[order({ wechatpay: [{ what: 'rotateKey', on: 'query' }] })], 'line 1: wechatpay.0.what '],
    [
      [order({ wechatpay: [{ what: 'otherOrder', on: 'close' }] })],
      'otherOrder cannot be met by a close over v3-global',
    ],
    [[order({ expect: 'cancelled' })], 'line 1: expect '],
    [[order({ expected: 'paid' })], 'line 1: expected is not a known field'],
    [[order({ shopper: { paysAfter: '1s', notificationArrives: true, tips: 1 } })], 'line 1: shopper'],
    [[order({ outOrderNo: 'R' })], 'line 1: must have outTradeNo, for an order, or outOrderNo'],
    [[rental({ outOrderNo: 'R R' })], 'line 1: outOrderNo must be the service order number'],
    [[rental({ outOrderNo: 'R'.repeat(25) })], 'line 1: outOrderNo must be at most 24 long'],
    [[rental({ expect: 'closed' })], 'line 1: expect '],
    [[rental({ cancel: [] })], 'line 1: cancel must have a request'],
    [[rental({ amount: ORDER.amount })], 'line 1: amount is not a known field'],
    [[rental({ wechatpay: [{ what: 'systemError', on: 'close' }] })], 'line 1: wechatpay.0.on '],
    [
      [rental({ merchant: { completesAfter: '1s', totalDue: 5 } })],
      'completesAfter must be later than user.confirmsAfter',
    ],
    [[request({ reason: 'x'.repeat(31) })], 'line 1: cancel.0.reason must be 1 to 30 characters'],
    [[request({ giveUp: { total: 0 } })], 'line 1: cancel.0.giveUp.total must be'],
    [[request({ mayCancel: ['done'] })], 'line 1: cancel.0.mayCancel.0 '],
    [[request({ when: { ifNotConfirmedWithin: 'later' } })], 'line 1: cancel.0.when'],
    [[request({ when: { ifNotConfirmedWithin: '500d' } })], 'line 1: cancel.0.when.ifNotConfirmedWithin must be'],
    [[GOOD, '', GOOD], 'line 3: the order number A is there twice'],
    [[GOOD, rental({ outOrderNo: 'A' })], 'line 2: the order number A is there twice'],
    [[''], 'there is no order in it'],
  ])('are refused with the line of each fault: %j', (lines, fault) => {
    expect(() => readStories(fileOf(...lines))).toThrow(fault);
  });

  it('are refused with every fault of every line, those of form and those of rules', () => {
    const file = fileOf(
      order({ createdAgo: 'soon', tip: 1, payWithin: '8d', amount: { total: 0, currency: 'hkd' } }),
      order({ outTradeNo: '', payWithin: '8d' }),
      request({}),
      rental({ outOrderNo: 'S', expect: 'paid', cancel: [{ after: '1s', reason: '' }] }),
    );
    const faults = () => readStories(file);
    expect(faults).toThrow(
      /played:\n.*1: createdAgo .*\n.*1: tip .*\n.*1: payWithin .*\n.*1: amount.total .*\n.*1: amount.currency .*\n/,
    );
    expect(faults).toThrow(/2: outTradeNo .*\n.*2: payWithin .*\n.*4: expect .*\n.*4: cancel.0.reason [^\n]*$/);
  });

  it('are refused where the file is not there', () => {
    expect(() => readStories('/nowhere.jsonl')).toThrow('cannot be read (ENOENT)');
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
