import { parseArgs } from 'node:util';
import { WECHATPAY_KEYS, type WechatpayKeys } from './key-ring.js';
import { MCHID } from './v3-fields.js';

export const HELP = `Usage: npm run sandbox -- [options]

Runs a WeChat Pay on 127.0.0.1 to try a worker against: APIv3 overseas and on the mainland, v2 and PayScore.
It writes keys and a merchants file that a worker takes as it is, prints where, and runs until Ctrl-C.

  --port N          listen there; default: a free port
  --folder DIR      write the keys and merchants.yaml there, and leave them; default: a new folder that
                    is removed at the end
  --mchid N         a merchant that it knows; may be repeated; default: 1900000109
  --keys KIND       what WeChat Pay signs with: public-key (default), certificate, or both
  --allow-early-close
                    take a close sooner than 5 minutes after creation; the ledger still shows it
  -h, --help        this text

Exit code: 0 when it was ended, 1 where it cannot run, 2 for arguments that cannot be used.`;

export interface MainOptions {
  readonly port: number;
  /** Absent: a new one, removed at the end. */
  readonly folder?: string;
  readonly mchids: readonly string[];
  readonly wechatpayKeys: WechatpayKeys;
  readonly refuseEarlyClose: boolean;
}

/** Arguments that cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns the options, or `help` @throws UsageError */
export function readOptions(args: string[]): MainOptions | 'help' {
  const { port, folder, mchid, keys, help, 'allow-early-close': allowEarlyClose } = parse(args);
  if (help) return 'help';
  const wechatpayKeys = WECHATPAY_KEYS.find((kind) => kind === keys);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError('--port must be a number up to 65535');
  if (wechatpayKeys === undefined) throw new UsageError(`--keys must be one of ${WECHATPAY_KEYS.join(', ')}`);
  if (!mchid.every((each) => MCHID.test(each))) throw new UsageError('--mchid must be 1 to 32 digits');
  const mchids = [...new Set(mchid)];
  const folderOption = folder === undefined ? {} : { folder };
  return { port: Number(port), mchids, wechatpayKeys, refuseEarlyClose: !allowEarlyClose, ...folderOption };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '0' },
        folder: { type: 'string' },
        mchid: { type: 'string', multiple: true, default: ['1900000109'] },
        keys: { type: 'string', default: 'public-key' },
        'allow-early-close': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
