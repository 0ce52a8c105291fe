import { createPrivateKey } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { encrypt, newKeyPair, newSerial, type SandboxMerchant } from './keys.js';
import { type Answer, beijingTime, refusal } from './answers.js';
import type { RequestHandler } from './request-handler.js';
import type { KeyRing } from './key-ring.js';
import type { RawRequest, V3Auth } from './v3-auth.js';
import { selfSigned } from './x509.js';

const FIVE_YEARS_MS = 5 * 365 * 24 * 3_600_000;

/** A platform certificate: what WeChat Pay signs with if a merchant has no WeChat Pay public key. */
export interface PlatformCertificate {
  readonly serial: string;
  /** X.509, in PEM. */
  readonly pem: string;
  readonly privatePem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** @param now milliseconds since 1970, on the wall clock: it is valid from then on, for five years */
export async function newPlatformCertificate(now: number): Promise<PlatformCertificate> {
  const { publicKey, privatePem } = await newKeyPair();
  const serial = newSerial();
  const notBefore = new Date(now);
  const notAfter = new Date(now + FIVE_YEARS_MS);
  const pem = selfSigned({ serial, notBefore, notAfter, publicKey, privateKey: createPrivateKey(privatePem) });
  return { serial, pem, privatePem, notBefore, notAfter };
}

const PATHS = [
  ['v3-global', '/v3/global/certificates'],
  ['v3', '/v3/certificates'],
] as const;

export interface CertificateParts {
  readonly auth: V3Auth;
  readonly handler: RequestHandler;
  readonly keys: KeyRing;
  readonly merchants: ReadonlyMap<string, SandboxMerchant>;
}

/** The list of platform certificates, encrypted with the merchant's APIv3 key. */
export function addCertificateRoutes(server: FastifyInstance, { auth, handler, keys, merchants }: CertificateParts) {
  for (const [api, path] of PATHS) {
    server.get(path, async (request: RawRequest, reply: FastifyReply) => {
      const caller = await auth.authenticate(request, reply);
      if (caller === undefined) return;
      const { mchid, nonce, timestamp, dialect } = caller;
      const asked = { api, call: 'certificates', mchid, outTradeNo: '', nonce, timestamp } as const;
      const act = (): Answer => answerTo(keys.platformCertificates(), merchants.get(mchid)?.apiV3Key ?? '');
      await handler.serve(reply, dialect, { asked, act });
    });
  }
}

const NONE = refusal(404, 'RESOURCE_NOT_EXISTS', 'The merchant has no platform certificate. Use the public key.');

function answerTo(certificates: readonly PlatformCertificate[], apiV3Key: string): Answer {
  if (certificates.length === 0) return NONE;
  const data = certificates.map(({ serial, pem, notBefore, notAfter }) => ({
    serial_no: serial,
    effective_time: beijingTime(notBefore.getTime()),
    expire_time: beijingTime(notAfter.getTime()),
    encrypt_certificate: encrypt(pem, apiV3Key, 'certificate'),
  }));
  return { status: 200, body: { data }, said: '200' };
}
