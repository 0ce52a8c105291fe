import { expect, it } from 'vitest';
import { orThrow } from '../../../wechatpay/merchants/faults.js';
import { readMerchants } from '../../../wechatpay/merchants/file.js';
import { readConfiguration } from '../../../worker/config.js';
import { fileOf, GOOD } from './written-file.js';

const SECOND = GOOD.replace('\nmerchants:', '').replace('1900000109', '1900000110');

it('a fault says which merchant it is about, where it is and what is wrong, apart from any sentence', () => {
  const file = fileOf(GOOD + SECOND.replace('key.pem', 'lost.pem'));
  expect(readMerchants(file)).toEqual({
    ok: false,
    faults: [
      {
        what: `The merchants file ${file} cannot be used`,
        merchant: { index: 1, mchid: '1900000110' },
        where: 'v3.privateKeyFile: lost.pem',
        rule: 'cannot be read (ENOENT)',
      },
    ],
  });
});

it('the error lists the faults of each part below what cannot be used', () => {
  const file = fileOf(GOOD.replace('key.pem', 'lost.pem') + GOOD.replace('\nmerchants:', ''));
  const env = { WXPAY_MERCHANTS_FILE: file, WXPAY_LOG_LEVEL: 'loud', WXPAY_WORKFLOW_BUNDLE: '/nowhere/bundle.js' };
  const lines = [
    'The environment cannot be used (see --help):',
    '  - WXPAY_LOG_LEVEL must be one of trace, debug, info, warn, error',
    `The merchants file ${file} cannot be used:`,
    '  - merchants[0] (1900000109): v3.privateKeyFile: lost.pem: cannot be read (ENOENT)',
    '  - merchants[1] (1900000109): this merchant is there twice',
    'The workflow bundle cannot be used:',
    '  - WXPAY_WORKFLOW_BUNDLE: /nowhere/bundle.js does not exist; npm run build makes one',
  ];
  expect(() => orThrow(readConfiguration(env))).toThrow(lines.join('\n'));
});
