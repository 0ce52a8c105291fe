import { describe, expect, it } from 'vitest';
import { descriptionOf } from '../../../domain/page/descriptions.js';
import { resolveReply } from '../../../domain/page/resolved.js';
import { after, resolveAs, answered, queryFailed, START, checkRequested } from '../../support/orders.js';

const asked = [
  [START, checkRequested],
  [START, queryFailed('fatal', 'NO_AUTH')],
] as const;

describe('the answer to a resolution', () => {
  it('says in both languages that it did not stand', () => {
    const { state } = after(...asked, [START, resolveAs('closed')], [START, answered('NOTPAY')]);
    expect(resolveReply(state, 'closed')).toEqual({
      ended: null,
      said: 'NOTPAY',
      inWords:
        'It does NOT stand as closed: WeChat Pay said NOTPAY, which does not confirm it. Nothing has ended, and a person is still needed. ' +
        '认定为 closed 未生效：微信支付的应答为 NOTPAY，不能证实。尚未了结，仍需人工处理。',
    });
  });

  it('says that it stands', () => {
    const { state } = after(...asked, [START, resolveAs('never-existed', true)], [START, answered('NOTPAY')]);
    expect(resolveReply(state, 'never-existed')).toMatchObject({
      ended: 'resolved',
      said: 'NOTPAY',
      inWords: expect.stringContaining('It stands: resolved as never-existed. WeChat Pay said NOTPAY.'),
    });
  });

  it('says that the answer ended it in another way', () => {
    const { state } = after(...asked, [START, resolveAs('closed')], [START, answered('SUCCESS')]);
    expect(resolveReply(state, 'closed')).toMatchObject({
      ended: 'paid',
      inWords: expect.stringMatching(/SUCCESS, this ended as paid.*已以 paid 了结/),
    });
  });

  it('comes in Chinese first if the order is read so', () => {
    const { state } = after(...asked, [START, resolveAs('closed')], [START, answered('NOTPAY')]);
    const chinese = { ...state, order: { ...state.order, locale: 'zh' as const } };
    expect(resolveReply(chinese, 'closed').inWords).toMatch(/^认定为 closed 未生效/);
  });
});

describe('the description of a message', () => {
  it('is in both languages', () => {
    expect(descriptionOf('checkNow')).toBe(
      'Ask WeChat Pay now. Finds an order paid; never closes one. 立即查单，可发现已支付；不会因此关单。',
    );
  });
});
