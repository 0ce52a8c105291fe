import type { Sandbox } from '../sandbox/sandbox.js';
import type { StoryClock } from './story-clock.js';

/** Which platform certificates are downloaded, until there is a public key. */
const CERTIFICATES = { platformCertificates: 'v3-global' } as const;

/** Writes the merchants file of the demo, with the keys that WeChat Pay has now. @returns its path */
export function writeMerchants(sandbox: Sandbox, folder: string): Promise<string> {
  return sandbox.writeMerchantsFile(folder, CERTIFICATES);
}

/** How often worker and receiver look at the merchants file, in the demo. Default outside of it: 10 s. */
export const LOOKED_AT_EVERY_SECONDS = 1;

/** When the steps of the move are, after the beginning of the stories. */
const STEPS = { prepare: '3s', begin: '6s', end: '12s' } as const;

/**
 * Moves WeChat Pay from its platform certificate to its public key, while the orders are in flight: first the merchant
 * has both, then half of the answers and notifications are signed with each, then the certificate is gone. Nothing is
 * started again for that.
 */
export async function moveKeys(
  clock: StoryClock,
  {
    sandbox,
    folder,
    tell,
  }: { readonly sandbox: Sandbox; readonly folder: string; readonly tell: (deed: string) => void },
): Promise<void> {
  if (!(await clock.at(STEPS.prepare))) return;
  await sandbox.moveKeys('prepare', 'public-key');
  await writeMerchants(sandbox, folder);
  tell('a public key is there; it is put into the merchants file');
  if (!(await clock.at(STEPS.begin))) return;
  await sandbox.moveKeys('begin', 'public-key');
  tell('half is signed with the certificate, half with the public key');
  if (!(await clock.at(STEPS.end))) return;
  sandbox.endMoveOfKeys();
  tell('all is signed with the public key; the certificate is gone');
}
