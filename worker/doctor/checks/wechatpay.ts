import pLimit from 'p-limit';
import type { DownloadOutcome } from '../../../wechatpay/merchants/platform-certificates.js';
import type { Merchant, V3Access, V3Api } from '../../../wechatpay/merchant.js';
import { HOSTS } from '../../../wechatpay/merchant.js';
import type { CheckedMerchant } from '../checked-merchants.js';
import { inTime, known, type Context } from '../context.js';
import { finding, skipped, type Finding } from '../finding.js';
import type { CheckName } from '../table.js';
import { CLOCK_SECONDS } from '../table/wechatpay.js';
import { queryMissingOrder, type Answered, withId } from './query.js';
import { FAULTY } from './keys.js';

/** How many merchants are checked at a time. */
const AT_ONCE = 8;

const V3_APIS: readonly V3Api[] = ['v3-global', 'v3'];

type UsableMerchant = CheckedMerchant & { readonly read: NonNullable<CheckedMerchant['read']> };

/**
 * Checks each merchant that has this kind of access, several at a time, and reports them in order. A merchant with a fault in
 * the file is skipped.
 *
 * @throws the error of a check when it is that merchant's turn; no further check begins then
 */
async function* eachMerchant(
  check: CheckName,
  context: Context,
  kind: 'v3' | 'v2',
  checkOne: (merchant: UsableMerchant) => Promise<readonly Finding[]>,
): AsyncGenerator<Finding> {
  const merchants = known(context, 'merchants').filter(({ entry }) => entry[kind] !== undefined);
  const limit = pLimit(AT_ONCE);
  const results = merchants.map((merchant) =>
    limit(async () => {
      const { mchid, read } = merchant;
      if (read === undefined) return [skipped(check, mchid, FAULTY)];
      if (kind === 'v3' && merchant.signsElsewhere) return [skipped(check, mchid, SIGNS_ELSEWHERE)];
      return checkOne({ ...merchant, read });
    }),
  );
  // An error is thrown when it is that merchant's turn. Until then it must not count as unhandled.
  for (const each of results) each.catch(() => undefined);
  try {
    for (const each of results) yield* await each;
  } finally {
    limit.clearQueue();
  }
}

const SIGNS_ELSEWHERE = 'its key is in no file, so the doctor cannot sign: the worker has a function that does';

export function checkPlatformCertificates(context: Context): AsyncIterable<Finding> {
  return eachMerchant('platform-certificates', context, 'v3', async ({ mchid, entry, read }) => {
    const { certificates } = read;
    if (certificates === undefined) return [];
    const hasOthers = (entry.v3?.wechatpayKeys.length ?? 0) > 0;
    const downloaded = new Promise<DownloadOutcome>((resolve) => certificates.start(resolve));
    const outcome = await inTime(context, downloaded).finally(() => certificates.stop());
    const say = (which: 'taken' | 'needless' | 'none' | 'failed', said: string): Finding[] => [
      finding('platform-certificates', which, mchid, said),
    ];
    if (outcome.result === 'failed') return say('failed', withId(outcome.reason, outcome.requestId));
    if (outcome.count === 0) return say(hasOthers ? 'needless' : 'none', 'WeChat Pay lists none for this merchant');
    return say('taken', `${outcome.count} downloaded, valid now`);
  });
}

export function checkSignedQueries(context: Context): AsyncIterable<Finding> {
  const { found } = context;
  return eachMerchant('signed-query', context, 'v3', async ({ read: { merchant }, isInstitution }) => {
    const { v3 } = merchant;
    if (v3 === undefined) return [];
    const onClockSkew = (_api: V3Api, seconds: number): void => void (found.skews ??= []).push(seconds);
    const observed: Merchant = { ...merchant, v3: { ...v3, onClockSkew } };
    const asked = await Promise.all(
      apisOf(v3).map(async (api) => ({ api, answer: await queryMissingOrder(context, observed, api, isInstitution) })),
    );
    const one = (which: Answered['which']): boolean => asked.some(({ answer }) => answer.which === which);
    const oneAnswers = one('answered');
    const oneIsUnclear = one('unclear');
    return asked.map(({ api, answer: { which, said, whatToDo } }) => {
      const subject = `${merchant.mchid} ${api}`;
      // An unclear answer shows that the keys are right. A refusal by the other API may be about the institution itself.
      const isBesideUnclear = oneIsUnclear && which !== 'unclear' && which !== 'refused';
      const isOther = which !== 'answered' && (oneAnswers || isBesideUnclear);
      return isOther
        ? finding('signed-query', 'otherApi', subject, said)
        : finding('signed-query', which, subject, said, whatToDo);
    });
  });
}

/** The APIs through which the merchant may place orders. */
function apisOf({ api, host }: V3Access): readonly V3Api[] {
  if (api !== undefined) return [api];
  const byHost = V3_APIS.filter((each) => HOSTS[each] === host);
  return byHost.length > 0 ? byHost : V3_APIS;
}

export function checkSignedQueriesV2(context: Context): AsyncIterable<Finding> {
  return eachMerchant('signed-query-v2', context, 'v2', async ({ read: { merchant }, mchid, isInstitution }) => {
    const { which, said, whatToDo }: Answered = await queryMissingOrder(context, merchant, 'v2', isInstitution);
    return [finding('signed-query-v2', which, mchid, said, whatToDo)];
  });
}

export function* checkClock({ found: { skews = [] } }: Context): Iterable<Finding> {
  const [nearest] = [...skews].sort((one, other) => Math.abs(one) - Math.abs(other));
  if (nearest === undefined) {
    yield skipped('clock', null, 'no signed answer came that tells the time, and an unsigned one is not trusted');
    return;
  }
  const seconds = Math.abs(nearest);
  const which = seconds > CLOCK_SECONDS.fail ? 'wrong' : seconds > CLOCK_SECONDS.warn ? 'off' : 'right';
  const side = nearest < 0 ? 'behind' : 'ahead of';
  yield finding('clock', which, null, seconds === 0 ? "as WeChat Pay's" : `${seconds} s ${side} WeChat Pay's`);
}
