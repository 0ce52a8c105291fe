import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { jsonLogger } from '../../process/logging.js';

const SECRET = 'the-secret-of-the-merchant';

/** What a logger wrote for one warning. */
function written(meta: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  jsonLogger('info', { write: (line) => void lines.push(line) }).warn('something happened', meta);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the log', () => {
  it('has what is allowed, and nothing else of what it is given', () => {
    const line = written({
      workflowId: 'order/1900000109/1',
      attempt: 3,
      requestId: '08F78BB5AF0610D302',
      mchid: '1900000109',
      faults: ['merchants.0.mchid: must be a merchant number'],
      apiKey: SECRET,
      options: { headers: { authorization: SECRET } },
      workflowid: SECRET,
    });
    const names = ['attempt', 'faults', 'level', 'mchid', 'msg', 'requestId', 'time', 'workflowId'];
    expect(Object.keys(line).sort()).toEqual(names);
    expect(JSON.stringify(line)).not.toContain(SECRET);
  });

  it('has of an error its class only, whatever hangs on it', () => {
    const cause = new Error(SECRET);
    const error = Object.assign(new RangeError(SECRET, { cause }), {
      options: { key: SECRET, headers: { authorization: SECRET } },
      response: { body: SECRET },
    });
    error.stack = `RangeError: ${SECRET}`;
    const line = written({ error });
    expect(line).toMatchObject({ failure: 'RangeError' });
    expect(JSON.stringify(line)).not.toContain(SECRET);
  });

  it.each([
    ['a code that is not in the error table', 'SOME_NEW_CODE', { activityType: 'queryOrder' }],
    ['a code outside of a call', 'SYSTEM_ERROR', {}],
  ])('has of a failure with %s the code only', (_, type, meta) => {
    const line = written({ error: ApplicationFailure.create({ type, message: SECRET, details: [SECRET] }), ...meta });
    expect(line).toMatchObject({ failure: type });
    expect(JSON.stringify(line)).not.toContain(SECRET);
  });

  it('says of a merchant that this worker does not know which one, and what to do', () => {
    const message = "queryOrder: LOCAL_UNKNOWN_MERCHANT: merchant 1900000999 is not in this worker's merchants file";
    const error = ApplicationFailure.create({ type: 'LOCAL_UNKNOWN_MERCHANT', message, details: [SECRET] });
    expect(written({ error, activityType: 'queryOrder' })).toMatchObject({
      failure: 'LOCAL_UNKNOWN_MERCHANT',
      what: message,
      whatToDo: "Add the merchant to the worker's merchants file.",
    });
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const logger = jsonLogger('warn', { write: (line) => void lines.push(line) });
    logger.info('of no interest');
    logger.error('of interest');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['of interest']);
  });

  it('tells once a minute that WeChat Pay does not answer, also if retries are below its level', () => {
    const lines: string[] = [];
    const logger = jsonLogger('info', { write: (line) => void lines.push(line) });
    const failed = (type: string): void => {
      const error = ApplicationFailure.retryable('queryOrder: LOCAL_NO_ANSWER: ECONNREFUSED', type);
      logger.debug('Activity failed', { error, activityType: 'queryOrder' });
    };
    failed('SYSTEM_ERROR');
    failed('LOCAL_NO_ANSWER');
    failed('LOCAL_NO_ANSWER');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 40, failure: 'LOCAL_NO_ANSWER', what: 'queryOrder: LOCAL_NO_ANSWER: ECONNREFUSED' },
    ]);
    expect(lines[0]).toContain('"whatToDo":"Check the network');
  });
});
