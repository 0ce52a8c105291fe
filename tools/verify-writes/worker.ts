import { reach } from './hooks.js';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { startWorker, type Sign } from '../../worker/index.js';

/** How long the signer takes for each of the first writes of this process, and how many. */
const slowMs = Number(process.env['VERIFY_SLOW_SIGNER_MS'] ?? 0);
let slowWrites = slowMs > 0 ? 2 : 0;

/** A signer without a key file for the worker, as a key management service is one. */
function remoteSign(keyFile: string): Sign {
  const key = createPrivateKey(readFileSync(keyFile));
  return async (text) => {
    await setImmediate();
    if (text.startsWith('POST\n')) {
      reach('in-signer');
      if (slowWrites-- > 0) await sleep(slowMs);
    }
    return sign('sha256', Buffer.from(text), key).toString('base64');
  };
}

const { VERIFY_SIGNER_OF: mchid, VERIFY_SIGNER_KEY: keyFile } = process.env;
const signers = mchid !== undefined && keyFile !== undefined ? { [mchid]: remoteSign(keyFile) } : {};
await startWorker({ signers });
