import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newPlatformCertificate } from '../../../testing/sandbox/certificates.js';
import { kindOf, type FileKind } from '../../../wechatpay/merchants/file-kind.js';
import { misfitOf, type Wanted } from '../../../wechatpay/merchants/faults.js';
import { faultsOf, GOOD, WHOLE } from './written-file.js';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

const { serial, pem: CERTIFICATE, privatePem: KEY } = await newPlatformCertificate(Date.now());
const key = createPrivateKey(KEY);
const publicKey = createPublicKey(key);
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PUBLIC = textOf(publicKey, 'spki');
const EC = textOf(ec.privateKey, 'pkcs8');
const ENCRYPTED = key
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret-text' })
  .toString();
const OLD_ENCRYPTED = key
  .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret-text' })
  .toString();
const BODY = bodyOf(KEY);

function textOf(of: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki'): string {
  return of.export({ type: type, format: 'pem' }).toString();
}

/** A PEM without its header lines. */
function bodyOf(pem: string): string {
  return pem.trim().split('\n').slice(1, -1).join('\n');
}

function derOf(pem: string): Buffer {
  return Buffer.from(bodyOf(pem), 'base64');
}

function escaped(pem: string): string {
  return pem.trim().replaceAll('\n', '\\n');
}

/** A PKCS#12 file as the certificate tool leaves it; without openssl, as such a file begins. */
const PKCS12: Buffer = HAS_OPENSSL
  ? inFolder({ 'both.pem': KEY + CERTIFICATE }, (folder, run) => {
      run('openssl pkcs12 -export -in both.pem -passout pass:1900000109 -out made.p12');
      return readFileSync(join(folder, 'made.p12'));
    })
  : Buffer.from('30820a14020103308209da06092a864886f70d010701', 'hex');

function inFolder<T>(
  files: Readonly<Record<string, string | Buffer>>,
  work: (folder: string, run: (command: string) => void) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-key-files-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return work(folder, (command) => {
      const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a file's bytes", () => {
  const rsa = { algorithm: 'rsa' };

  it.each<[string, string | Buffer, FileKind]>([
    ['nothing', '', { holds: ['nothing'], form: 'pem' }],
    ['blank lines', ' \r\n\n', { holds: ['nothing'], form: 'pem' }],
    ['a private key', KEY, { holds: ['a private key'], form: 'pem', ...rsa }],
    ['a private key of the old kind', textOf(key, 'pkcs1'), { holds: ['a private key'], form: 'pem', ...rsa }],
    [
      'a key and its certificate',
      KEY + CERTIFICATE,
      { holds: ['a private key', 'a certificate'], form: 'pem', ...rsa },
    ],
    ['an EC key', EC, { holds: ['a private key'], form: 'pem', algorithm: 'ec' }],
    ['an encrypted key', ENCRYPTED, { holds: ['an encrypted private key'], form: 'pem' }],
    ['an encrypted key of the old kind', OLD_ENCRYPTED, { holds: ['an encrypted private key'], form: 'pem' }],
    ['a public key', PUBLIC, { holds: ['a public key'], form: 'pem', ...rsa }],
    ['a certificate', CERTIFICATE, { holds: ['a certificate'], form: 'pem', ...rsa }],
    [
      'a request for a certificate',
      '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n',
      { holds: ['a request for a certificate'], form: 'pem' },
    ],
    ['a PKCS#12 file', PKCS12, { holds: ['a PKCS#12 file'], form: 'der' }],
    ['a PKCS#12 file as text', PKCS12.toString('base64'), { holds: ['a PKCS#12 file'], form: 'base64' }],
    ['a private key in binary', derOf(KEY), { holds: ['a private key'], form: 'der', ...rsa }],
    ['an old private key in binary', derOf(textOf(key, 'pkcs1')), { holds: ['a private key'], form: 'der', ...rsa }],
    ['a public key in binary', derOf(PUBLIC), { holds: ['a public key'], form: 'der', ...rsa }],
    [
      'an old public key in binary',
      derOf(textOf(publicKey, 'pkcs1')),
      { holds: ['a public key'], form: 'der', ...rsa },
    ],
    ['a certificate in binary', derOf(CERTIFICATE), { holds: ['a certificate'], form: 'der', ...rsa }],
    ['a private key without header lines', BODY, { holds: ['a private key'], form: 'base64', ...rsa }],
    ['the same in one line', BODY.replaceAll('\n', ''), { holds: ['a private key'], form: 'base64', ...rsa }],
    ['a public key without header lines', bodyOf(PUBLIC), { holds: ['a public key'], form: 'base64', ...rsa }],
    ['a certificate without header lines', bodyOf(CERTIFICATE), { holds: ['a certificate'], form: 'base64', ...rsa }],
    ['\\n as text', escaped(KEY), { holds: ['a private key'], form: 'escaped', ...rsa }],
    [
      '\\r\\n as text, in quotes',
      `"${escaped(KEY).replaceAll('\\n', '\\r\\n')}"`,
      { holds: ['a private key'], form: 'escaped', ...rsa },
    ],
    ['UTF-16', Buffer.from(`\uFEFF${KEY}`, 'utf16le'), { holds: ['a private key'], form: 'utf16', ...rsa }],
    [
      'UTF-16, the other way',
      Buffer.from(`\uFEFF${KEY}`, 'utf16le').swap16(),
      { holds: ['a private key'], form: 'utf16', ...rsa },
    ],
    ['a byte order mark', `\uFEFF${KEY}`, { holds: ['a private key'], form: 'bom', ...rsa }],
    ['lines that are indented', KEY.replaceAll(/^/gm, '  '), { holds: ['something else'], form: 'broken' }],
    ['half of a key', KEY.slice(0, 400), { holds: ['something else'], form: 'broken' }],
    ['a PEM in one line', KEY.replaceAll('\n', ' '), { holds: ['something else'], form: 'broken' }],
    ['an API key', '192006250b4c09247ec02edce69f6a2d\n', { holds: ['an API key of 32 characters'], form: 'pem' }],
    ['an API key that begins as binary could', '0'.repeat(32), { holds: ['an API key of 32 characters'], form: 'pem' }],
    ['anything else', 'not a key, but secret-text all the same', { holds: ['something else'], form: 'pem' }],
    ['anything else in base64', Buffer.alloc(90, 7).toString('base64'), { holds: ['something else'], form: 'pem' }],
  ])('are %s', (_, content, kind) => {
    expect(kindOf(Buffer.from(content))).toEqual(kind);
  });
});

describe('a file that is not what is wanted', () => {
  it.each<[Wanted, string, string | Buffer, string]>([
    ['privateKey', 'an empty file', '', 'the file is empty. It must hold'],
    ['privateKey', 'an encrypted key', ENCRYPTED, 'it is an encrypted private key: openssl pkey -in old.pem -out'],
    ['privateKey', 'an EC key', EC, 'its key is of the kind ec, and WeChat Pay takes RSA only'],
    ['privateKey', 'a certificate', CERTIFICATE, 'it is a certificate. Name '],
    ['privateKey', 'a public key', PUBLIC, 'it is a public key. Name '],
    ['privateKey', 'an API key', '0'.repeat(32), 'it is an API key of 32 characters. Name '],
    ['privateKey', 'a broken PEM', KEY.replaceAll('\n', ' '), 'it begins like PEM, but its lines are broken'],
    [
      'privateKey',
      'a PKCS#12 file',
      PKCS12,
      'it is a PKCS#12 file: openssl pkcs12 -in apiclient_cert.p12 -nocerts -nodes',
    ],
    ['certificate', 'a private key', KEY, 'it is a private key. Name '],
    ['certificate', 'a public key', PUBLIC, 'it is a public key. Name '],
    ['certificate', 'a PKCS#12 file', PKCS12, 'openssl pkcs12 -in apiclient_cert.p12 -clcerts -nokeys'],
    ['wechatpayKey', 'a private key', KEY, 'it is a private key. Name '],
    ['wechatpayKey', 'a private key and a certificate', KEY + CERTIFICATE, 'it is a private key. Name '],
    ['wechatpayKey', 'a PKCS#12 file', PKCS12, 'it is a PKCS#12 file. Name '],
    ['apiKey', 'an empty file', '\n', 'the file is empty. It must hold the API key'],
    ['apiKey', 'a private key', KEY, 'it is a private key. Name the API key'],
    ['apiKey', 'a broken PEM', KEY.slice(0, 100), 'it is PEM. Name the API key'],
    ['apiKey', 'UTF-16', Buffer.from(`\uFEFF${'0'.repeat(32)}`, 'utf16le'), 'it is written in UTF-16: iconv'],
  ])('%s: %s', (wanted, _, content, said) => {
    const misfit = misfitOf(wanted, Buffer.from(content));
    expect(misfit).toContain(said);
    expect(misfit).not.toContain(BODY.slice(0, 12));
  });

  it.each<[Wanted, string | Buffer]>([
    ['privateKey', KEY],
    ['privateKey', KEY + CERTIFICATE],
    ['privateKey', 'secret-text'],
    ['certificate', KEY + CERTIFICATE],
    ['wechatpayKey', CERTIFICATE],
    ['apiKey', '0'.repeat(32)],
    ['apiKey', 'ten letters'],
  ])('is not said of what fits, or is of no kind: %s', (wanted, content) => {
    expect(misfitOf(wanted, Buffer.from(content))).toBeUndefined();
  });
});

describe.runIf(HAS_OPENSSL)('the command that is named', () => {
  it.each<[Wanted, string, string | Buffer]>([
    ['privateKey', 'a binary key', derOf(KEY)],
    ['privateKey', 'a key without header lines', BODY],
    ['privateKey', 'a key without header lines, in one', BODY.replaceAll('\n', '')],
    ['privateKey', '\\n as text', escaped(KEY)],
    ['privateKey', '\\n as text, in quotes', `"${escaped(KEY)}"`],
    ['privateKey', 'UTF-16', Buffer.from(`\uFEFF${KEY}`, 'utf16le')],
    ['privateKey', 'a byte order mark', `\uFEFF${KEY}`],
    ['privateKey', 'an encrypted key', ENCRYPTED],
    ['privateKey', 'a PKCS#12 file', PKCS12],
    ['certificate', 'a PKCS#12 file', PKCS12],
    ['certificate', 'a binary certificate', derOf(CERTIFICATE)],
    ['certificate', 'a certificate without header lines', bodyOf(CERTIFICATE)],
    ['wechatpayKey', 'a public key without header lines', bodyOf(PUBLIC)],
    ['wechatpayKey', 'a binary public key', derOf(PUBLIC)],
    ['wechatpayKey', 'a binary certificate', derOf(CERTIFICATE)],
  ])('makes what is wanted: %s of %s', (wanted, _, content) => {
    const [command = ''] =
      /(?<=: )(?:openssl|tr|printf|iconv|tail) .*?(?= \(|$)/.exec(misfitOf(wanted, Buffer.from(content)) ?? '') ?? [];
    const [made = ''] = /\w+\.pem$/.exec(command) ?? [];
    const files = { 'old.pem': content, 'old.der': content, 'apiclient_cert.p12': content };
    inFolder(files, (folder, run) => {
      const password = content === PKCS12 ? ' -passin pass:1900000109' : ' -passin pass:secret-text';
      run(command.replace(/ -in (?=apiclient|old\.pem -out apiclient)/, `${password} -in `));
      const bytes = readFileSync(join(folder, made));
      expect(kindOf(bytes)).toMatchObject({ form: 'pem', algorithm: 'rsa' });
      expect(misfitOf(wanted, bytes)).toBeUndefined();
    });
  });
});

describe('a merchants file whose keys are other files', () => {
  const place = 'merchants[0] (1900000109): v3.privateKeyFile: key.pem: this is not an RSA private key in PEM: ';

  it('says so after what each field wants', () => {
    expect(faultsOf(GOOD, { 'key.pem': ENCRYPTED })).toEqual([expect.stringContaining(`${place}it is an encrypted`)]);
    expect(faultsOf(GOOD, { 'key.pem': '' })).toEqual([expect.stringContaining(`${place}the file is empty`)]);
    expect(faultsOf(GOOD, { 'pub.pem': KEY })).toEqual([
      expect.stringContaining(
        'this is not an RSA public key or certificate in PEM: it is a private key. Name WeChat Pay',
      ),
    ]);
    const keys = faultsOf(WHOLE, { 'apiv3.key': KEY, 'apiv2.key': CERTIFICATE });
    expect(keys).toEqual([
      expect.stringContaining('this is not an APIv3 key of 32 bytes: it is a private key. Name the API key'),
      expect.stringContaining('this is not a v2 API key: that is 32 letters and digits: it is a certificate. Name'),
    ]);
  });

  it('takes a certificate from a file that holds its key as well', () => {
    const text = GOOD.replace('5157F09EFDC096DE15EBE81A47057A7232F1B8E1', `"${serial}"`).replace(
      'key.pem',
      'key.pem\n      certificateFile: key.pem',
    );
    expect(faultsOf(text, { 'key.pem': KEY + CERTIFICATE })).toEqual([]);
  });

  it('refuses RSA keys of less than 2048 bits, its own and those of WeChat Pay', () => {
    for (const modulusLength of [512, 1024]) {
      const small = generateKeyPairSync('rsa', { modulusLength });
      const files = { 'key.pem': textOf(small.privateKey, 'pkcs8'), 'pub.pem': textOf(small.publicKey, 'spki') };
      const said = `this RSA key has ${modulusLength} bits: 2048 are needed`;
      expect(faultsOf(GOOD, files)).toEqual([
        `merchants[0] (1900000109): v3.privateKeyFile: key.pem: ${said}`,
        `merchants[0] (1900000109): v3.wechatpayKeys PUB_KEY_ID_01: pub.pem: ${said}`,
      ]);
    }
  });
});

describe('a value of another type in a merchants file', () => {
  it.each([
    [['"1900000109"', '1900000109'], 'merchants.0.mchid: must be in quotes: without them YAML reads a number'],
    [['5157F09EFDC096DE15EBE81A47057A7232F1B8E1', '123456789'], 'certificateSerial: must be in quotes'],
    [['serial: PUB_KEY_ID_01', 'serial: 1E5'], 'merchants.0.v3.wechatpayKeys.0.serial: must be in quotes'],
    [['key.pem', 'true'], 'privateKeyFile: must be in quotes: without them YAML reads true or false'],
    [['key.pem', ''], 'merchants.0.v3.privateKeyFile: must not be empty'],
    [['key.pem', '[key.pem]'], 'merchants.0.v3.privateKeyFile: must be one text'],
    [['      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1\n', ''], 'certificateSerial: must be there'],
    [['    v3:', '    appids: wx8888888888888888\n    v3:'], 'merchants.0.appids: must be a list'],
    [['    v3:', '    v2: apiv2.key\n    v3:'], 'merchants.0.v2: must have fields of its own'],
    [['merchants:', 'merchant:'], 'merchants: must be there'],
  ])('is said in words of our own: %j', ([from = '', to = ''], fault) => {
    const faults = faultsOf(GOOD.replace(from, to)).join('\n');
    expect(faults).toContain(fault);
    expect(faults).not.toMatch(/invalid|expected|received/i);
  });

  it('is said of an empty file', () => {
    expect(faultsOf('')).toEqual(['the file: must not be empty']);
  });
});
