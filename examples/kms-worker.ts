/**
 * A worker whose merchant's private key never leaves a vault. The merchant's entry in the merchants file has a
 * `certificateSerial` and no `privateKeyFile`; everything else is configured as for the worker's command.
 *
 * What signs is one function: the text in, RSASSA-PKCS1-v1_5 with SHA-256 over its UTF-8 out, in base64. Of a KMS that
 * is one call (`RSASSA_PKCS1_V1_5_SHA_256`, `RSA_SIGN_PKCS1_2048_SHA256`, …). It has 5 s, and what it throws reaches no log.
 */
// Where the package is installed: import { startWorker } from 'wechatpay-order-lifecycle/worker';
import { startWorker, type Sign } from '../worker/index.js';

const { VAULT_URL = 'http://127.0.0.1:8200/sign', MCHID = '1900000109' } = process.env;

const sign: Sign = async (text) => {
  const answer = await fetch(VAULT_URL, { method: 'POST', body: text, signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) throw new Error(`the vault answers ${answer.status}`);
  return answer.text();
};

// Runs until SIGTERM or SIGINT.
await startWorker({ signers: { [MCHID]: sign } });
