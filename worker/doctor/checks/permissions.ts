import { statSync } from 'node:fs';
import { plainPath, type CheckedMerchant } from '../checked-merchants.js';
import { known, type Context } from '../context.js';
import { finding, skipped, type Finding } from '../finding.js';

/** Of a file's mode: what everybody may do with it. */
const OTHERS = 0o007;

export function* checkPermissions(context: Context): Iterable<Finding> {
  if (process.platform === 'win32') {
    yield skipped('key-permissions', null, 'this system has no modes of files');
    return;
  }
  for (const merchant of known(context, 'merchants')) {
    const secrets = secretsOf(merchant);
    const open = secrets.filter(([, path]) => isOpen(merchant.path(path)));
    for (const [field, path] of open) {
      const place = [field, plainPath(path)].filter((part) => part !== null).join(' ');
      yield finding('key-permissions', 'open', merchant.mchid, `every user of this machine can reach ${place}`);
    }
    if (open.length > 0 || secrets.length === 0) continue;
    const names = secrets.map(([field]) => field).join(', ');
    yield finding('key-permissions', 'closed', merchant.mchid, `only owner and group can reach ${names}`);
  }
}

/** The fields that name a secret, and their paths. */
function secretsOf({ entry: { v3, v2 } }: CheckedMerchant): [string, string][] {
  const fields: [string, string | undefined][] = [
    ['v3.privateKeyFile', v3?.privateKeyFile],
    ['v3.apiV3KeyFile', v3?.apiV3KeyFile],
    ['v2.keyFile', v2?.keyFile],
  ];
  return fields.flatMap(([field, path]) => (path === undefined ? [] : [[field, path]]));
}

/** That a file is not there is another check's. */
function isOpen(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & OTHERS) !== 0;
}
