import { describe, expect, it } from 'vitest';
import { classify } from '../../../domain/errors/classify.js';
import { type Call, CALLS } from '../../../domain/call-policies.js';
import { ERROR_TABLE, type ErrorKind, errorRow } from '../../../domain/errors/table.js';

type Kinds = Partial<Record<Call, ErrorKind>>;

const all = (kind: ErrorKind): Kinds => Object.fromEntries(CALLS.map((call) => [call, kind]));
const ofOrders = (kind: ErrorKind): Kinds => ({ queryOrder: kind, closeOrder: kind });
const ofWrites = (kind: ErrorKind): Kinds => ({ closeOrder: kind, cancelServiceOrder: kind });
const split = (query: ErrorKind, write: ErrorKind): Kinds => ({
  queryOrder: query,
  queryServiceOrder: query,
  closeOrder: write,
  cancelServiceOrder: write,
});

/** The kind of each code on each call, copied once more from the documents; and whether it must be signed. */
const CODES: readonly (readonly [string, Kinds, 'signed' | 'unsigned'])[] = [
  ['ORDERPAID', { closeOrder: 'outcome' }, 'signed'],
  ['ORDER_CLOSED', { closeOrder: 'outcome' }, 'signed'],
  ['ORDER_CANCELED', { cancelServiceOrder: 'outcome' }, 'signed'],
  ['ORDER_DONE', { cancelServiceOrder: 'outcome' }, 'signed'],
  ['SYSTEM_ERROR', all('retry'), 'unsigned'],
  ['BANK_ERROR', all('retry'), 'unsigned'],
  ['USERPAYING', all('inProgress'), 'signed'],
  ['FREQUENCY_LIMITED', all('slowDown'), 'unsigned'],
  ['RATELIMIT_EXCEED', all('slowDown'), 'unsigned'],
  ['RATELIMIT_EXCEEDED', all('slowDown'), 'unsigned'],
  ['RATE_LIMITED', all('slowDown'), 'unsigned'],
  ['FREQUENCY_LIMIT_EXCEED', all('slowDown'), 'unsigned'],
  ['RULE_LIMIT', all('slowDown'), 'unsigned'],
  ['ORDER_NOT_EXIST', all('notFound'), 'signed'],
  ['RESOURCE_NOT_EXISTS', all('notFound'), 'signed'],
  ['INVALID_ORDER_STATE', split('unknown', 'state'), 'signed'],
  ['TRADE_ERROR', split('unknown', 'state'), 'signed'],
  ['PARAM_ERROR', split('fatal', 'state'), 'signed'],
  ['INVALID_REQUEST', split('fatal', 'state'), 'signed'],
  ['NO_AUTH', all('fatal'), 'signed'],
  ['ACCOUNT_ERROR', all('fatal'), 'signed'],
  ['REQUIRE_POST_METHOD', all('fatal'), 'signed'],
  ['XML_FORMAT_ERROR', ofOrders('fatal'), 'signed'],
  ['LACK_PARAMS', ofOrders('fatal'), 'signed'],
  ['NOT_UTF8', ofOrders('fatal'), 'signed'],
  ['POST_DATA_EMPTY', ofOrders('fatal'), 'signed'],
  ['APPID_NOT_EXIST', all('fatal'), 'signed'],
  ['MCHID_NOT_EXIST', all('fatal'), 'signed'],
  ['MCH_NOT_EXISTS', all('fatal'), 'signed'],
  ['APPID_MCHID_NOT_MATCH', all('fatal'), 'signed'],
  ['INVALID_TRANSACTIONID', all('fatal'), 'signed'],
  ['OPENID_MISMATCH', all('fatal'), 'signed'],
  ['SIGN_ERROR', all('hint'), 'unsigned'],
  ['LOCAL_RETURN_FAIL', ofOrders('hint'), 'unsigned'],
  ['LOCAL_NO_ANSWER', split('retry', 'unknown'), 'unsigned'],
  ['LOCAL_NOT_SIGNED', all('retry'), 'unsigned'],
  ['LOCAL_GUARD_EXPIRED', ofWrites('retry'), 'unsigned'],
  ['LOCAL_NOT_ANNOUNCED', ofWrites('retry'), 'unsigned'],
  ['LOCAL_SUPERSEDED', ofWrites('unknown'), 'unsigned'],
  ['LOCAL_LOST', all('unknown'), 'unsigned'],
  ['LOCAL_NOT_ITS_WORKFLOW', ofWrites('fatal'), 'unsigned'],
  ['LOCAL_UNVERIFIED', all('unknown'), 'unsigned'],
  ['LOCAL_UNREADABLE', all('unknown'), 'unsigned'],
  ['LOCAL_UNEXPECTED', all('unknown'), 'unsigned'],
  ['LOCAL_UNKNOWN_MERCHANT', all('fatal'), 'unsigned'],
];
/** What an answer can carry; the others are our own. */
const FROM_OUTSIDE = CODES.filter(([code]) => !code.startsWith('LOCAL_'));

const FATAL_IF_UNCHANGED = ['PARAM_ERROR', 'INVALID_REQUEST'];

describe('the error table, code by code', () => {
  it('has these codes and no others', () => {
    expect(new Set(ERROR_TABLE.map(({ code }) => code))).toEqual(new Set(CODES.map(([code]) => code)));
  });

  it.each(CODES)('%s is of these kinds, call by call', (code, kinds) => {
    for (const call of CALLS) expect([call, errorRow(call, code)?.kind]).toEqual([call, kinds[call]]);
  });

  it.each(FROM_OUTSIDE)('%s is believed unsigned, a hint, or nothing', (code, kinds, believed) => {
    for (const [call, kind] of Object.entries(kinds) as [Call, ErrorKind][]) {
      const findsFault = kind === 'fatal' || FATAL_IF_UNCHANGED.includes(code);
      const unsigned = believed === 'unsigned' ? kind : findsFault ? 'hint' : 'unknown';
      const fatalIfUnchanged = false;
      expect(classify({ call, rawCode: code, status: 400, signed: false })).toEqual({
        code,
        kind: unsigned,
        fatalIfUnchanged,
      });
      expect(classify({ call, rawCode: code, status: 400, signed: true }).kind).toBe(kind);
    }
  });

  it.each(FROM_OUTSIDE)('%s in a 401 that is not signed is believed, or a hint', (code, kinds, believed) => {
    for (const [call, kind] of Object.entries(kinds) as [Call, ErrorKind][]) {
      const unsigned = believed === 'unsigned' ? kind : 'hint';
      expect(classify({ call, rawCode: code, status: 401, signed: false }).kind).toBe(unsigned);
    }
  });

  it.each(FROM_OUTSIDE)('%s makes a request faulty or not', (code, kinds) => {
    for (const call of Object.keys(kinds) as Call[]) {
      const isFaulty = FATAL_IF_UNCHANGED.includes(code) && kinds[call] === 'state';
      expect(classify({ call, rawCode: code, status: 400, signed: true }).fatalIfUnchanged).toBe(isFaulty);
    }
  });

  it.each(CODES)('%s is tried on other workers first, or not', (code, kinds) => {
    for (const call of Object.keys(kinds) as Call[]) {
      expect(errorRow(call, code)?.retriedFirst ?? false).toBe(code === 'LOCAL_UNKNOWN_MERCHANT');
    }
  });
});
