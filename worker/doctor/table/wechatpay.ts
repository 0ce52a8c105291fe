import type { CheckRow } from '../finding.js';

/** How far the clock may be off before it is a warning, and before it is a failure. At 300 s no signature is accepted. */
export const CLOCK_SECONDS = { warn: 30, fail: 240 } as const;

const HOW_QUERY =
  'Asks for an order number that does not exist, `doctor-no-such-order-…`. Nothing is placed, closed or moved.';

const ADVISED = 'See the finding, and docs/errors.md.';

/** A refusal that may be about the made-up sub-merchant only. */
const UNCLEAR = {
  result: 'warn',
  means:
    'an institution or partner gets a refusal that may be because of the made-up sub-merchant (such as NO_AUTH): the signatures are right both ways, but whether it may query is not known',
  whatToDo:
    'Check with WeChat Pay that the institution may query for its sub-merchants; the first order of one of them shows it.',
} as const;

const BUSY = {
  result: 'warn',
  means: 'WeChat Pay answers that it is overloaded, or asked too often',
  whatToDo: 'Run the doctor again in a minute.',
} as const;

const SILENT = {
  result: 'fail',
  means: 'no answer: the network, the host or a time limit',
  whatToDo: ADVISED,
} as const;

/** The checks that ask WeChat Pay, with the merchant's own keys. */
export const WECHATPAY_CHECKS = {
  'platform-certificates': {
    how: 'Downloads the list, if `v3.platformCertificates` says so.',
    asks: 'WeChat Pay',
    cases: {
      taken: { result: 'ok', means: 'the list was downloaded, opened with the APIv3 key and verified' },
      needless: {
        result: 'warn',
        means: 'this merchant has none, and other keys of WeChat Pay are named',
        whatToDo: 'Remove platformCertificates from the merchants file: this merchant uses the public key only.',
      },
      none: {
        result: 'fail',
        means: 'this merchant has none that is valid now, and no other key is named',
        whatToDo: "Add WeChat Pay's public key (PUB_KEY_ID_…) from the merchant platform as v3.wechatpayKeys.",
      },
      failed: {
        result: 'fail',
        means: 'the list could not be downloaded, or not be verified',
        whatToDo:
          'Check the APIv3 key, the certificate serial, the private key, v3.host and the clock; the check signed-query shows more.',
      },
    },
  },
  'signed-query': {
    how: `${HOW_QUERY} By APIv3; if neither \`v3.api\` nor the host says which, by both.`,
    asks: 'WeChat Pay',
    cases: {
      answered: {
        result: 'ok',
        means: 'a signed answer: WeChat Pay accepts our signature, and we can verify its own',
      },
      unclear: UNCLEAR,
      busy: BUSY,
      otherApi: {
        result: 'warn',
        means: 'one of the two APIs answers, this one does not',
        whatToDo: 'Nothing, if no order is placed by this API: then set v3.api.',
      },
      refused: { result: 'fail', means: 'a signed refusal, such as NO_AUTH', whatToDo: ADVISED },
      signature: { result: 'fail', means: 'WeChat Pay does not accept our signature (SIGN_ERROR)', whatToDo: ADVISED },
      unverified: {
        result: 'fail',
        means: 'an answer that is not signed, wrongly signed, or signed with a key that is not known',
        whatToDo: ADVISED,
      },
      silent: SILENT,
    },
  },
  'signed-query-v2': {
    how: `${HOW_QUERY} By v2, if it is configured.`,
    asks: 'WeChat Pay',
    cases: {
      answered: { result: 'ok', means: 'a signed answer: key and sign type are right, both ways' },
      unclear: UNCLEAR,
      busy: BUSY,
      refused: { result: 'fail', means: 'a signed refusal, such as NOAUTH', whatToDo: ADVISED },
      signature: {
        result: 'fail',
        means: 'return_code FAIL: the answer to a wrong key, sign type or appid',
        whatToDo: ADVISED,
      },
      unverified: { result: 'fail', means: 'an answer without a sign, or with a wrong one', whatToDo: ADVISED },
      silent: SILENT,
    },
  },
  payscore: {
    how: 'Nothing: a query of PayScore needs a service id, and the merchants file has none.',
    cases: {},
  },
  clock: {
    how: 'Compares our clock with the signed time of those answers. A slow answer makes our clock seem to be ahead, so the smallest difference counts.',
    asks: 'WeChat Pay',
    cases: {
      right: { result: 'ok', means: `at most ${CLOCK_SECONDS.warn} s off` },
      off: {
        result: 'warn',
        means: `more than ${CLOCK_SECONDS.warn} s off`,
        whatToDo:
          'Synchronize the clock of this machine by NTP: at 300 s WeChat Pay refuses our signatures, and we refuse its own.',
      },
      wrong: {
        result: 'fail',
        means: `more than ${CLOCK_SECONDS.fail} s off: at 300 s neither side accepts the other's signatures`,
        whatToDo: 'Set the clock of this machine, and synchronize it by NTP.',
      },
    },
  },
} as const satisfies Record<string, CheckRow>;
