import type { PlatformCertificate } from './certificates.js';
import { AnswerSigner, newKeyPair, type Signing } from './keys.js';

/** The kinds of WeChat Pay's keys: a public key (merchants since October 2024), a certificate, or, during a move, both. */
export const WECHATPAY_KEYS = ['public-key', 'certificate', 'both'] as const;
export type WechatpayKeys = (typeof WECHATPAY_KEYS)[number];

/** One of WeChat Pay's keys, as a merchant has it. */
export interface PublishedKey {
  /** `PUB_KEY_ID_…`, or a certificate's serial. */
  readonly serial: string;
  /** A public key or a certificate. */
  readonly pem: string;
}

interface Key extends PublishedKey {
  readonly signer: AnswerSigner;
}

/** Of the wrong signatures; made once for a process, since it is nobody's. */
let forged: ReturnType<typeof newKeyPair> | undefined;

/** The keys that WeChat Pay signs with. */
export class KeyRing {
  private readonly certificates: (Key & { readonly certificate: PlatformCertificate })[] = [];
  private publicKey: Key | undefined;
  private publicKeys = 0;

  private constructor(
    private readonly kinds: WechatpayKeys,
    private readonly forger: { readonly privatePem: string },
  ) {}

  static async create(kinds: WechatpayKeys): Promise<KeyRing> {
    forged ??= newKeyPair();
    const ring = new KeyRing(kinds, await forged);
    await ring.rotate();
    return ring;
  }

  /**
   * Changes every key. What was signed before stays right; from now on the new keys sign, also for who names an old one.
   * An old certificate stays in the list of certificates.
   */
  async rotate(): Promise<void> {
    if (this.kinds !== 'public-key') {
      // Loaded where it is needed: what it loads in turn takes longer than all the rest.
      const { newPlatformCertificate } = await import('./certificates.js');
      const certificate = await newPlatformCertificate(Date.now());
      const { serial, pem } = certificate;
      this.certificates.push({ serial, pem, certificate, signer: new AnswerSigner(certificate, serial) });
    }
    if (this.kinds !== 'certificate') {
      const keys = await newKeyPair();
      this.publicKeys += 1;
      const serial = `PUB_KEY_ID_0116${String(this.publicKeys).padStart(24, '0')}`;
      this.publicKey = { serial, pem: keys.publicPem, signer: new AnswerSigner(keys, serial) };
    }
  }

  /** What a merchant configures: the keys that sign now. */
  published(): PublishedKey[] {
    return this.current().map(({ serial, pem }) => ({ serial, pem }));
  }

  /** Every platform certificate, the oldest first; empty where there are none. */
  platformCertificates(): PlatformCertificate[] {
    return this.certificates.map(({ certificate }) => certificate);
  }

  /**
   * The headers that vouch for a body, by the key that the request's `Wechatpay-Serial` names, else by the default.
   *
   * @param now milliseconds since 1970, on the wall clock
   */
  headersFor(body: Uint8Array, now: number, signing: Signing, wanted?: string): Record<string, string> {
    const [fallback, ...others] = this.current();
    if (fallback === undefined) throw new Error('the key ring is empty');
    const { serial, signer } = others.find((key) => key.serial === wanted) ?? fallback;
    const hand = signing === 'wrong' ? new AnswerSigner(this.forger, serial) : signer;
    return hand.headersFor(body, now, signing);
  }

  /** The default first: during a move that is the certificate. */
  private current(): Key[] {
    return [this.certificates.at(-1), this.publicKey].filter((key) => key !== undefined);
  }
}
