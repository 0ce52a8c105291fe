import type { CheckRow } from '../finding.js';

/** How many days before a certificate expires the doctor warns: a person must apply for a new one on the merchant platform. */
export const WARN_DAYS = 30;

/** The checks that ask no server. */
export const LOCAL_CHECKS = {
  settings: {
    how: 'Reads the `WXPAY_…` variables as a worker would.',
    cases: {
      usable: { result: 'ok', means: 'a worker would start with them' },
      fault: {
        result: 'fail',
        means: 'a variable is missing or malformed; one line each',
        whatToDo: 'Correct it: wechatpay-orders worker --help lists every variable.',
      },
    },
  },
  'merchants-file': {
    how: 'Reads the file, and every key and secret that it names, as a worker would.',
    cases: {
      usable: { result: 'ok', means: 'the file and all of its keys can be used' },
      fault: {
        result: 'fail',
        means: 'a field or a key is missing, malformed or does not fit another; one line each',
        whatToDo: 'Fix it: docs/configuration.md describes each field. A worker does not start with this file.',
      },
      unnamed: {
        result: 'fail',
        means: 'no file is named',
        whatToDo: 'Name it: wechatpay-orders doctor merchants.yaml, or WXPAY_MERCHANTS_FILE.',
      },
      noMerchant: {
        result: 'fail',
        means: 'the merchant of `--merchant` is not in it',
        whatToDo: 'Compare the number with mchid and spMchid of the file.',
      },
    },
  },
  'key-permissions': {
    how: "Checks the mode of the merchants file and of each file that it names. Private key, APIv3 key, v2 key and the secrets of `outcomes` are secrets; every user may read WeChat Pay's keys and certificates.",
    cases: {
      closed: { result: 'ok', means: 'only the owner and the group can read a secret, or write any of them' },
      writable: {
        result: 'fail',
        means:
          "every user of the machine may write the merchants file, a key of the merchant's, a secret of outcomes or a key of WeChat Pay's",
        whatToDo:
          'chmod o-w on that file, then check that its content is still yours: whoever can write it decides what is signed and trusted.',
      },
      open: {
        result: 'warn',
        means: 'every user of the machine may read a secret',
        whatToDo: 'chmod o-rwx on that file. In Kubernetes, set defaultMode: 0440 and fsGroup for the secret.',
      },
    },
  },
  'private-key': {
    how: "Checks the size of the merchant's private key.",
    cases: {
      right: { result: 'ok', means: 'RSA with 2048 bits, as the signature scheme says' },
      size: {
        result: 'fail',
        means:
          'a larger size: WECHATPAY2-SHA256-RSA2048 is for 2048 bits. A smaller one is a fault of the file: a worker does not start with it',
        whatToDo: "Use the private key that was made together with the merchant's API certificate.",
      },
    },
  },
  'merchant-certificate': {
    how: 'Compares the certificate of `v3.certificateFile` with the private key, the serial and the current date.',
    cases: {
      good: { result: 'ok', means: `it is that of the private key, and valid for more than ${WARN_DAYS} days` },
      expiring: {
        result: 'warn',
        means: `it expires within ${WARN_DAYS} days`,
        whatToDo:
          'Apply for a new API certificate on the merchant platform; then put its serial, certificate and key into the merchants file together.',
      },
      otherMerchant: {
        result: 'warn',
        means: 'it names another merchant',
        whatToDo: 'Check that key, certificate and serial are those of this merchant.',
      },
      expired: {
        result: 'fail',
        means: 'it has expired',
        whatToDo:
          'Apply for a new API certificate on the merchant platform: WeChat Pay refuses what an expired one signs.',
      },
      early: {
        result: 'fail',
        means: 'it is not valid yet',
        whatToDo: "Check the clock of this machine; if that is right, use the certificate's predecessor until then.",
      },
    },
  },
  'wechatpay-keys': {
    how: "Checks each of WeChat Pay's keys in `v3.wechatpayKeys`: its size and, for a platform certificate, its dates.",
    cases: {
      good: {
        result: 'ok',
        means: 'an RSA key with 2048 bits; a certificate is valid now, a public key does not expire',
      },
      size: {
        result: 'warn',
        means: 'a larger size than 2048 bits; a smaller one is a fault of the file',
        whatToDo: "Compare the file with WeChat Pay's key on the merchant platform.",
      },
      expiring: {
        result: 'warn',
        means: `a platform certificate expires within ${WARN_DAYS} days`,
        whatToDo:
          "Move to WeChat Pay's public key (PUB_KEY_ID_…), or let v3.platformCertificates download the next one.",
      },
      expired: {
        result: 'warn',
        means: 'a platform certificate is not valid now, and is not used',
        whatToDo: 'Take it out of the merchants file.',
      },
      none: {
        result: 'fail',
        means: 'none of them is valid now, and none is downloaded: no answer can be verified',
        whatToDo: "Add WeChat Pay's public key from the merchant platform, or v3.platformCertificates.",
      },
    },
  },
  notifications: {
    how: 'Checks whether there is an APIv3 key.',
    cases: {
      openable: { result: 'ok', means: 'notifications can be decrypted' },
      closed: {
        result: 'warn',
        means: 'there is none: payments are found by queries only, so later',
        whatToDo: 'Set an APIv3 key on the merchant platform and name its file as v3.apiV3KeyFile.',
      },
    },
  },
  outcomes: {
    how: 'Reads where outcomes are told. Nothing is posted there, and of a URL only the host is shown: the rest may hold a secret.',
    cases: {
      told: { result: 'ok', means: 'there are URLs, and every secret can be read' },
      nobody: { result: 'ok', means: 'there is none on purpose: `outcomes: []`' },
      unnamed: { result: 'skipped', means: 'there is none: the checkout must ask how its orders ended' },
      readable: {
        result: 'warn',
        means: 'a URL is plain http to another machine, as allowHttp permits',
        whatToDo:
          'Use https, unless nobody but the checkout can read that network: the events are signed, not encrypted.',
      },
    },
  },
  'workflow-bundle': {
    how: 'Checks that the workflow bundle of a worker exists.',
    cases: {
      present: { result: 'ok', means: 'a bundle is there, or the worker runs from source and builds it at its start' },
      missing: {
        result: 'fail',
        means: 'the file does not exist',
        whatToDo: 'Build it: npm run build. Or set WXPAY_WORKFLOW_BUNDLE to where it is.',
      },
      unbuilt: {
        result: 'warn',
        means: 'the package is compiled and has none: each start builds it, which takes seconds',
        whatToDo: 'Build it: npm run build. Or reinstall the package.',
      },
    },
  },
} as const satisfies Record<string, CheckRow>;
