import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { answersIn, failureAnswer } from '../../worker/metrics.js';

const requestId = null;
const found = { found: true, state: 'DOING', description: null, collection: null, totalDue: null, orderId: null };
const notPaid = { tradeState: 'NOTPAY', requestId };
const lost = { call: 'closeOrder', code: 'LOCAL_NO_ANSWER', kind: 'unknown', requestId };

describe('what a query brought', () => {
  it.each([
    ['queryOrder', notPaid, 'NOTPAY'],
    ['queryOrder', { tradeState: 'NOT_FOUND', code: 'ORDER_NOT_EXIST', requestId }, 'NOT_FOUND'],
    ['queryServiceOrder', { ...found, requestId }, 'DOING'],
    ['queryServiceOrder', { found: false, code: 'ORDER_NOT_EXIST', requestId }, 'NOT_FOUND'],
  ] as const)('is counted by its code: %s %j', (call, result, code) => {
    expect(answersIn(call, result)).toEqual([[call, code]]);
  });
});

describe('what a guarded write brought', () => {
  it('is counted call by call, in their order', () => {
    const write = { answer: { answer: 'accepted', requestId } };
    const after = { answer: { tradeState: 'CLOSED', requestId } };
    expect(answersIn('closeOrder', { before: notPaid, sent: 'yes', write, after })).toEqual([
      ['queryOrder', 'NOTPAY'],
      ['closeOrder', 'accepted'],
      ['queryOrder', 'CLOSED'],
    ]);
  });

  it('is counted by the codes of what failed', () => {
    const failure = { ...lost, call: 'queryOrder', code: 'SYSTEM_ERROR' };
    const result = { before: notPaid, sent: 'yes', write: { failure: lost }, after: { failure } };
    expect(answersIn('closeOrder', result)).toEqual([
      ['queryOrder', 'NOTPAY'],
      ['closeOrder', 'LOCAL_NO_ANSWER'],
      ['queryOrder', 'SYSTEM_ERROR'],
    ]);
  });

  it('counts no write that was not sent', () => {
    const before = { ...found, requestId };
    expect(answersIn('cancelServiceOrder', { before, sent: 'no', write: null, after: null })).toEqual([
      ['queryServiceOrder', 'DOING'],
    ]);
    expect(answersIn('closeOrder', { before: null, sent: 'no', write: null, after: null })).toEqual([]);
  });
});

describe('a failed attempt', () => {
  it.each(['SYSTEM_ERROR', 'LOCAL_NO_ANSWER', 'HTTP_502'])('is counted by the type of its failure: %s', (type) => {
    expect(failureAnswer('queryOrder', ApplicationFailure.create({ type }))).toEqual(['queryOrder', type]);
  });

  it('is counted for the call that failed, which need not be that of the activity', () => {
    const error = ApplicationFailure.create({ type: 'SYSTEM_ERROR', details: [{ call: 'queryOrder' }] });
    expect(failureAnswer('closeOrder', error)).toEqual(['queryOrder', 'SYSTEM_ERROR']);
  });

  it('is counted as OTHER if the error table does not know its code, however many there are', () => {
    const types = ['A_NEW_CODE', 'ORDER_1217752501201407033233368018', 'HTTP_50200', ''];
    const codes = types.map((type) => failureAnswer('queryOrder', ApplicationFailure.create({ type }))[1]);
    expect(new Set(codes)).toEqual(new Set(['OTHER']));
    expect(failureAnswer('queryOrder', new Error('by surprise'))).toEqual(['queryOrder', 'LOCAL_UNEXPECTED']);
  });
});
