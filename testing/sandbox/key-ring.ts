import { SandboxStateError } from './calls.js';
import { newPlatformCertificate, type PlatformCertificate } from './certificates.js';
import { AnswerSigner, newKeyPair, type KeySource, type Signing } from './keys.js';

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

/** A kind to which WeChat Pay can be moved. */
export const MOVABLE_KEYS = ['public-key', 'certificate'] as const satisfies readonly WechatpayKeys[];
export type MovableKeys = (typeof MOVABLE_KEYS)[number];

interface Key extends PublishedKey {
  readonly signer: AnswerSigner;
}

/** The key pair for wrong signatures. It belongs to no merchant, so it is made once for a process. */
let forged: ReturnType<typeof newKeyPair> | undefined;

/** A move from one kind to the other. Until it has begun, the new key signs only answers to requests that name it. */
interface Move {
  readonly to: MovableKeys;
  readonly hasBegun: boolean;
}

/** The keys that WeChat Pay signs with. */
export class KeyRing {
  private certificates: (Key & { readonly certificate: PlatformCertificate })[] = [];
  private publicKey: Key | undefined;
  private publicKeys = 0;
  private move: Move | undefined;
  /** How many answers and notifications were signed during a move. */
  private readonly turns = { answers: 0, notifications: 0 };

  private constructor(
    private kinds: WechatpayKeys,
    private readonly forger: { readonly privatePem: string },
    private readonly nextKeyPair: KeySource,
  ) {}

  static async create(kinds: WechatpayKeys, nextKeyPair: KeySource = newKeyPair): Promise<KeyRing> {
    forged ??= newKeyPair();
    const ring = new KeyRing(kinds, await forged, nextKeyPair);
    await ring.rotate();
    return ring;
  }

  /**
   * Changes every key. What was signed before stays right; from now on the new keys sign, also if a request names an old one.
   * An old certificate stays in the list of certificates.
   */
  async rotate(): Promise<void> {
    const isHeld = (kind: MovableKeys): boolean => [kind, 'both'].includes(this.kinds) || this.move?.to === kind;
    if (isHeld('certificate')) await this.addCertificate();
    if (isHeld('public-key')) await this.changePublicKey();
  }

  /**
   * Makes the key of the other kind. From now on merchants can have it, and requests that name it are answered with it.
   *
   * @throws SandboxStateError if there are both kinds, or this one is there already
   */
  async prepareMove(to: MovableKeys): Promise<void> {
    if (this.kinds === 'both' || this.kinds === to || this.move !== undefined) {
      throw new SandboxStateError(`there is nothing to move to ${to}: WeChat Pay signs with ${this.kindsNow()}`);
    }
    this.move = { to, hasBegun: false };
    await (to === 'certificate' ? this.addCertificate() : this.changePublicKey());
  }

  /**
   * Signs half of the answers and half of the notifications with each kind, in turns. Requests that name a key are answered with that key.
   *
   * @throws SandboxStateError as {@link prepareMove} does, if that was not called
   */
  async beginMove(to: MovableKeys): Promise<void> {
    if (this.move?.to !== to || this.move.hasBegun) await this.prepareMove(to);
    this.move = { to, hasBegun: true };
  }

  /** Signs with the new kind only. The old one is gone, also from the list of certificates. @throws SandboxStateError */
  endMove(): void {
    if (this.move?.hasBegun !== true) throw new SandboxStateError('no move has begun');
    this.kinds = this.move.to;
    this.move = undefined;
    if (this.kinds === 'certificate') this.publicKey = undefined;
    else this.certificates = [];
  }

  /** What a merchant configures: the keys that sign now, or are about to. */
  published(): PublishedKey[] {
    return this.current().map(({ serial, pem }) => ({ serial, pem }));
  }

  /** Every platform certificate, the oldest first; empty if there are none. */
  platformCertificates(): PlatformCertificate[] {
    return this.certificates.map(({ certificate }) => certificate);
  }

  /**
   * The signature headers of an answer, by the key that the request's `Wechatpay-Serial` names, else by the default.
   *
   * @param now milliseconds since 1970, on the wall clock
   */
  headersFor(body: Uint8Array, now: number, signing: Signing, wanted?: string): Record<string, string> {
    const { serial, signer } = this.current().find((key) => key.serial === wanted) ?? this.next('answers');
    const by = signing === 'wrong' ? new AnswerSigner(this.forger, serial) : signer;
    return by.headersFor(body, now, signing);
  }

  /** The signature headers of a notification. */
  notificationHeadersFor(body: Uint8Array, now: number): Record<string, string> {
    return this.next('notifications').signer.headersFor(body, now);
  }

  /** The key to sign with: during a move the kinds take turns, otherwise the default. */
  private next(of: 'answers' | 'notifications'): Key {
    const keys = this.current();
    const turn = this.move?.hasBegun === true ? this.turns[of]++ % keys.length : 0;
    const key = keys[turn];
    if (key === undefined) throw new Error('the key ring is empty');
    return key;
  }

  /** The default first: the certificate, or in a move, the old kind. */
  private current(): Key[] {
    const keys = [this.certificates.at(-1), this.publicKey].filter((key) => key !== undefined);
    return this.move?.to === 'certificate' ? keys.reverse() : keys;
  }

  private kindsNow(): string {
    return this.move === undefined ? this.kinds : `${this.kinds}, on the move to ${this.move.to}`;
  }

  private async addCertificate(): Promise<void> {
    const certificate = await newPlatformCertificate(Date.now());
    const { serial, pem } = certificate;
    this.certificates.push({ serial, pem, certificate, signer: new AnswerSigner(certificate, serial) });
  }

  private async changePublicKey(): Promise<void> {
    const keys = await this.nextKeyPair();
    this.publicKeys += 1;
    const serial = `PUB_KEY_ID_0116${String(this.publicKeys).padStart(24, '0')}`;
    this.publicKey = { serial, pem: keys.publicPem, signer: new AnswerSigner(keys, serial) };
  }
}
