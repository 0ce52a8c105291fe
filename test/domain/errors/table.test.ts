import { describe, expect, it } from 'vitest';
import { ADVICE } from '../../../domain/errors/advice.js';
import { classify } from '../../../domain/errors/classify.js';
import { type Call, CALLS, isWrite } from '../../../domain/call-policies.js';
import { ERROR_TABLE, type ErrorKind, errorRow, normaliseCode } from '../../../domain/errors/table.js';

const said = (call: Call, rawCode: string, status: number, signed = true): ErrorKind =>
  classify({ call, rawCode, status, signed }).kind;

describe('the error table', () => {
  it.each([
    ['SYSTEMERROR', 'SYSTEM_ERROR'],
    ['system_error', 'SYSTEM_ERROR'],
    ['ORDER_NOT_\u{AD}EXIST', 'ORDER_NOT_EXIST'],
    ['USER_PAYING', 'USERPAYING'],
    ['ORDERCLOSED', 'ORDER_CLOSED'],
  ])('knows %s as %s', (spelling, code) => {
    expect(classify({ call: 'closeOrder', rawCode: spelling, status: 400, signed: true }).code).toBe(code);
  });

  it.each<[Call, string, number, ErrorKind]>([
    ['closeOrder', 'ORDERPAID', 400, 'outcome'],
    ['closeOrder', 'ORDER_CLOSED', 400, 'outcome'],
    ['queryOrder', 'SYSTEM_ERROR', 500, 'retry'],
    ['closeOrder', 'SYSTEM_ERROR', 500, 'retry'],
    ['queryOrder', 'ORDER_NOT_EXIST', 404, 'notFound'],
    ['queryOrder', 'USERPAYING', 202, 'inProgress'],
    ['closeOrder', 'FREQUENCY_LIMITED', 429, 'slowDown'],
    ['closeOrder', 'PARAM_ERROR', 400, 'state'],
    ['queryOrder', 'PARAM_ERROR', 400, 'fatal'],
    ['queryOrder', 'NO_AUTH', 403, 'fatal'],
    ['queryOrder', 'OPENID_MISMATCH', 500, 'fatal'],
    ['queryOrder', 'SIGN_ERROR', 401, 'hint'],
  ])('gives %s %s (%i) the kind %s', (call, code, status, kind) => {
    expect(said(call, code, status)).toBe(kind);
  });

  it.each<[Call, string, number, ErrorKind]>([
    ['queryOrder', 'NEVER_HEARD_OF', 503, 'retry'],
    ['closeOrder', 'NEVER_HEARD_OF', 503, 'unknown'],
    ['queryOrder', 'NEVER_HEARD_OF', 429, 'slowDown'],
    ['queryOrder', 'NEVER_HEARD_OF', 400, 'fatal'],
    ['closeOrder', 'NEVER_HEARD_OF', 400, 'state'],
    ['queryOrder', '', 404, 'unknown'],
    ['closeOrder', '', 400, 'unknown'],
    ['closeOrder', '', 500, 'unknown'],
    ['queryOrder', '', 500, 'retry'],
    ['queryOrder', '', 302, 'unknown'],
    ['queryOrder', 'NEVER_HEARD_OF', 200, 'fatal'],
    ['closeOrder', 'NEVER_HEARD_OF', 202, 'state'],
    ['queryOrder', '', 200, 'unknown'],
  ])('gives an unknown code on %s (%s, %i) the kind %s', (call, code, status, kind) => {
    expect(said(call, code, status)).toBe(kind);
  });

  it.each<[Call, string, number, ErrorKind]>([
    ['closeOrder', 'ORDERPAID', 400, 'unknown'],
    ['queryOrder', 'ORDER_NOT_EXIST', 404, 'unknown'],
    ['queryOrder', '', 404, 'unknown'],
    ['queryOrder', 'PARAM_ERROR', 400, 'hint'],
    ['closeOrder', 'PARAM_ERROR', 400, 'hint'],
    ['closeOrder', 'INVALID_ORDER_STATE', 400, 'unknown'],
    ['queryOrder', 'NO_AUTH', 401, 'hint'],
    ['queryOrder', 'NO_AUTH', 403, 'hint'],
    ['closeOrder', 'ACCOUNT_ERROR', 403, 'hint'],
    ['queryOrder', 'NEVER_HEARD_OF', 403, 'unknown'],
    ['closeOrder', '', 403, 'unknown'],
    ['queryOrder', 'NEVER_HEARD_OF', 401, 'hint'],
    ['closeOrder', 'ORDERPAID', 401, 'hint'],
    ['queryOrder', '', 401, 'hint'],
    ['queryOrder', 'SYSTEM_ERROR', 500, 'retry'],
  ])('believes an unsigned %s %s (%i) only as far as %s', (call, code, status, kind) => {
    expect(said(call, code, status, false)).toBe(kind);
  });

  it.each(['LOCAL_UNKNOWN_MERCHANT', 'LOCALNOANSWER', 'local_unverified', '_LOCAL_UNEXPECTED', 'LOCAL_NEWS'])(
    'takes %s from outside for a code that it does not know',
    (rawCode) => {
      for (const call of CALLS) {
        const unknown = classify({ call, rawCode: 'NEVER_HEARD_OF', status: 400, signed: true });
        const { code, ...fate } = classify({ call, rawCode, status: 400, signed: true });
        expect({ ...fate, code: 'NEVER_HEARD_OF' }).toEqual(unknown);
        expect(code).toBe('HTTP_400');
        expect(classify({ call, rawCode, status: 400, signed: false })).toMatchObject({ kind: 'unknown', code });
      }
    },
  );

  it('makes no code of what is not signed and not known', () => {
    const foreign = { call: 'queryOrder', rawCode: 'CALL_THIS_NUMBER', status: 403 } as const;
    expect(classify({ ...foreign, signed: false }).code).toBe('HTTP_403');
    expect(classify({ ...foreign, signed: true }).code).toBe('CALL_THIS_NUMBER');
  });

  it('has one row for each call and code', () => {
    const keys = ERROR_TABLE.flatMap(({ on, code }) => on.map((call) => `${call} ${normaliseCode(code)}`));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells an operator what to do, in every row, in both languages', () => {
    for (const { advice } of ERROR_TABLE) {
      expect(ADVICE[advice].en).toMatch(/\.$/);
      expect(ADVICE[advice].zh).toMatch(/。$/);
    }
  });

  it('keeps nothing of an unknown code but letters and digits', () => {
    const { code } = classify({
      call: 'queryOrder',
      rawCode: 'oops: key="secret"\n'.repeat(9),
      status: 400,
      signed: true,
    });
    expect(code).toMatch(/^[A-Z0-9_]{1,32}$/);
  });

  it('lets another worker make a call, before a person is asked', () => {
    for (const call of CALLS) {
      expect(errorRow(call, 'LOCAL_UNKNOWN_MERCHANT')).toMatchObject({ kind: 'fatal', retriedFirst: true });
    }
  });

  it('retries a write that was not sent for reasons of our own, and asks a person about a foreign caller', () => {
    for (const call of CALLS.filter(isWrite)) {
      for (const code of ['LOCAL_GUARD_EXPIRED', 'LOCAL_NOT_ANNOUNCED', 'LOCAL_NOT_SIGNED']) {
        expect(errorRow(call, code)?.kind).toBe('retry');
      }
      expect(errorRow(call, 'LOCAL_NOT_ITS_WORKFLOW')?.kind).toBe('fatal');
      expect(errorRow(call, 'LOCAL_NOT_ITS_WORKFLOW')).not.toHaveProperty('retriedFirst');
    }
    expect(CALLS.filter(isWrite)).toEqual(['closeOrder', 'cancelServiceOrder']);
  });
});
