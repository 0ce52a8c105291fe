import { exposureOf, filesOf, merchantsFileAt, type Exposure } from '../../../wechatpay/merchants/exposed-files.js';
import { plainPath } from '../checked-merchants.js';
import { known, type Context } from '../context.js';
import { finding, skipped, type Finding } from '../finding.js';

export function* checkPermissions(context: Context): Iterable<Finding> {
  if (process.platform === 'win32') {
    yield skipped('key-permissions', null, 'this system has no modes of files');
    return;
  }
  const { merchantsFile } = context;
  if (merchantsFile !== undefined) {
    const exposure = exposureOf(merchantsFileAt(merchantsFile), merchantsFile);
    if (exposure !== undefined) yield exposed(plainPath(merchantsFile), exposure);
  }
  for (const { mchid, entry, path } of known(context, 'merchants')) {
    const files = filesOf(entry);
    const exposures = files.flatMap((file) => exposureOf(file, path(file.path)) ?? []);
    for (const each of exposures) yield exposed(mchid, each);
    const secrets = files.filter(({ isSecret }) => isSecret);
    if (exposures.length > 0 || secrets.length === 0) continue;
    const names = secrets.map(({ role }) => role).join(', ');
    yield finding('key-permissions', 'closed', mchid, `only owner and group can reach ${names}`);
  }
}

function exposed(subject: string | null, { may, said }: Exposure): Finding {
  return finding('key-permissions', may === 'write' ? 'writable' : 'open', subject, said);
}
