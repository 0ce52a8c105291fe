import { trustAuthorities } from '../../../wechatpay/connection.js';
import { existsSync } from 'node:fs';
import { type ConfigurationFault, describeFault } from '../../../wechatpay/merchants/faults.js';
import { readConfig } from '../../config.js';
import { readProfile } from '../../../process/settings.js';
import { BUILT, IS_SOURCE } from '../../workflow-bundle.js';
import { checkMerchantsFile } from '../checked-merchants.js';
import { type Context, known } from '../context.js';
import { finding, type Finding, skipped } from '../finding.js';
import { type Exposure, exposureOf, filesOf, merchantsFileAt } from '../../../wechatpay/merchants/files.js';
import { isPlainlyPath } from '../../../wechatpay/merchants/keys.js';

export function* checkSettings({ env, merchantsFile = 'none', found }: Context): Iterable<Finding> {
  // The merchants file has a check of its own.
  const config = readConfig({ ...env, WXPAY_MERCHANTS_FILE: merchantsFile });
  if (!config.ok) return yield* config.faults.map((fault) => finding('settings', 'fault', null, describeFault(fault)));
  found.config = config.value;
  trustAuthorities(config.value.authorities);
  const set = Object.keys(env).filter((name) => name.startsWith('WXPAY_') && name !== 'WXPAY_MERCHANTS_FILE');
  const names = set.length === 0 ? 'all as by default' : `${set.sort().join(', ')}; the rest as by default`;
  yield finding('settings', 'usable', null, `${names}; task queue ${found.config.taskQueue}`);
}

export function* checkMerchants({ merchantsFile, mchid, found }: Context): Iterable<Finding> {
  if (merchantsFile === undefined) {
    yield finding('merchants-file', 'unnamed', null, 'no merchants file is named');
    return;
  }
  const { faults, merchants } = checkMerchantsFile(merchantsFile);
  const file = plainPath(merchantsFile);
  const isMeant = ({ merchant }: ConfigurationFault): boolean =>
    mchid === undefined || merchant === undefined || merchant.mchid === mchid;
  const meant = faults.filter(isMeant);
  for (const { merchant, ...fault } of meant)
    yield finding('merchants-file', 'fault', merchant?.mchid ?? file, describeFault(fault));
  if (merchants === undefined) return;
  found.merchants = mchid === undefined ? merchants : merchants.filter((each) => each.mchid === mchid);
  if (found.merchants.length === 0) {
    yield finding(
      'merchants-file',
      'noMerchant',
      file,
      `none of its ${merchants.length} merchants is that of --merchant`,
    );
  } else if (meant.length === 0) {
    yield finding('merchants-file', 'usable', file, usable(merchants.length, found.merchants.length));
  }
}

function usable(all: number, looked: number): string {
  const count = all === 1 ? '1 merchant' : `${all} merchants`;
  return looked === all ? `${count}, and every key can be read` : `${looked} of ${count} looked at`;
}

export function* checkBundle({ env }: Context): Iterable<Finding> {
  const named = env['WXPAY_WORKFLOW_BUNDLE'];
  if (named) {
    const isThere = existsSync(named);
    const said = isThere ? 'there' : 'does not exist';
    yield finding(
      'workflow-bundle',
      isThere ? 'present' : 'missing',
      plainPath(named) ?? 'WXPAY_WORKFLOW_BUNDLE',
      said,
    );
  } else if (IS_SOURCE) {
    yield finding('workflow-bundle', 'present', null, 'built at each start, since the worker runs from source');
  } else if (existsSync(BUILT)) {
    yield finding('workflow-bundle', 'present', null, 'that of the package');
  } else {
    yield finding('workflow-bundle', 'unbuilt', null, 'the package has none');
  }
}

export function* checkProfile({ env, found }: Context): Iterable<Finding> {
  const profile = readProfile(env);
  if (!profile.ok)
    return yield* profile.faults.map((fault) => finding('temporal-configuration', 'fault', null, describeFault(fault)));
  found.profile = profile.value;
  const { address, namespace } = found.profile;
  yield finding('temporal-configuration', 'readable', null, `server ${address}, namespace ${namespace}`);
}

export function* checkPayscore(): Iterable<Finding> {
  const why = 'not asked: a PayScore query needs a service id, which comes with each service order';
  yield skipped('payscore', null, `${why}. The merchant's key is the same as for orders`);
}

/** A path, unless it may be a key that was pasted in its place. */
function plainPath(path: string): string | null {
  return isPlainlyPath(path) ? path : null;
}

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
    const names = [...new Set(secrets.map(({ role }) => role))].join(', ');
    yield finding('key-permissions', 'closed', mchid, `only owner and group can reach ${names}`);
  }
}

function exposed(subject: string | null, { may, said }: Exposure): Finding {
  return finding('key-permissions', may === 'write' ? 'writable' : 'open', subject, said);
}
