import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { failureCode, resultCode } from '../../worker/answers.js';

const asked = { askedAt: 0, requestId: null };
const found = { found: true, state: 'DOING', description: null, collection: null, totalDue: null, orderId: null };

describe('what a call brought', () => {
  it.each([
    ['queryOrder', { tradeState: 'NOTPAY', ...asked }, 'NOTPAY'],
    ['queryOrder', { tradeState: 'NOT_FOUND', code: 'ORDER_NOT_EXIST', ...asked }, 'NOT_FOUND'],
    ['closeOrder', { answer: 'tooOften', code: 'RATELIMIT_EXCEED', requestId: null }, 'tooOften'],
    ['queryServiceOrder', { ...found, ...asked }, 'DOING'],
    ['queryServiceOrder', { found: false, code: 'ORDER_NOT_EXIST', ...asked }, 'NOT_FOUND'],
    ['cancelServiceOrder', { answer: 'alreadyCancelled', requestId: null }, 'alreadyCancelled'],
  ] as const)('is counted by its code: %s', (call, result, code) => {
    expect(resultCode(call, result)).toBe(code);
  });

  it.each([
    ['SYSTEM_ERROR', 'SYSTEM_ERROR'],
    ['LOCAL_NO_ANSWER', 'LOCAL_NO_ANSWER'],
    ['HTTP_502', 'HTTP_502'],
  ])('is counted by the type of a failure: %s', (type, code) => {
    expect(failureCode('queryOrder', ApplicationFailure.create({ type }))).toBe(code);
  });

  it('is counted as one where the error table does not know it, however many there are', () => {
    const types = ['A_NEW_CODE', 'ORDER_1217752501201407033233368018', 'HTTP_50200', ''];
    const codes = types.map((type) => failureCode('queryOrder', ApplicationFailure.create({ type })));
    expect(new Set(codes)).toEqual(new Set(['OTHER']));
    expect(failureCode('queryOrder', new Error('by surprise'))).toBe('LOCAL_UNEXPECTED');
  });
});
