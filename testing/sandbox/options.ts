import { InvalidArgumentError } from 'commander';
import { listOf, matching, newCommand, oneOf, wholeNumber } from '../../process/command-line.js';
import { WECHATPAY_KEYS, type WechatpayKeys } from './key-ring.js';
import { isLoopback } from './notifications.js';
import { MCHID } from './v3-fields.js';

const DEFAULT_MCHID = '1900000109';
const MCHIDS = listOf(matching(MCHID, 'must be 1 to 32 digits'));

const DESCRIPTION = `Runs a WeChat Pay on 127.0.0.1 to try a worker against: APIv3 overseas and on the mainland, v2 and PayScore.
It writes keys and a merchants file that a worker takes as it is, prints where, and runs until Ctrl-C.`;

const HELP = {
  examples: {
    'wechatpay-orders sandbox': '',
    'wechatpay-orders sandbox --port 8099 --folder sandbox --mchid 1900000111,1900000222': '',
    'wechatpay-orders sandbox --folder . --outcomes http://127.0.0.1:8091/wechatpay/outcomes': '',
  },
  exitCodes: { 0: 'it was ended', 1: 'it cannot run', 2: 'arguments that cannot be used, or a port that is taken' },
};

export interface MainOptions {
  readonly port: number;
  /** Absent: a new one, removed at the end. */
  readonly folder?: string;
  readonly mchids: readonly string[];
  readonly wechatpayKeys: WechatpayKeys;
  readonly refuseEarlyClose: boolean;
  /** Where the worker posts outcomes to. Absent: nobody is told. */
  readonly outcomes?: string;
}

interface Values extends Pick<MainOptions, 'port' | 'folder' | 'outcomes'> {
  readonly mchid?: readonly string[];
  readonly keys: WechatpayKeys;
  readonly allowEarlyClose?: true;
}

function onThisMachine(url: string): string {
  if (isLoopback(url)) return url;
  throw new InvalidArgumentError('must be a URL on this machine, as in http://127.0.0.1:8091/wechatpay/outcomes');
}

/** @throws UsageError */
export function readOptions(args: string[]): MainOptions {
  const {
    mchid = [DEFAULT_MCHID],
    keys,
    allowEarlyClose = false,
    ...rest
  } = newCommand('wechatpay-orders sandbox', DESCRIPTION, HELP)
    .option('--port <n>', 'listen there; 0: a free port', wholeNumber(0, 65_535), 0)
    .option('--folder <dir>', 'write there, and leave what was written (default: a new folder, removed at the end)')
    .option('--mchid <n>', `a merchant that it knows; may be repeated (default: ${DEFAULT_MCHID})`, MCHIDS)
    .option('--keys <kind>', `WeChat Pay signs with: ${WECHATPAY_KEYS.join(', ')}`, oneOf(WECHATPAY_KEYS), 'public-key')
    .option(
      '--outcomes <url>',
      'in the merchants file: post outcomes there, signed with a secret that it writes',
      onThisMachine,
    )
    .option('--allow-early-close', 'take a close sooner than 5 minutes after creation; the ledger still shows it')
    .parse(args, { from: 'user' })
    .opts<Values>();
  return { ...rest, mchids: [...new Set(mchid)], wechatpayKeys: keys, refuseEarlyClose: !allowEarlyClose };
}
