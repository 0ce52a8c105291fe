import type { FastifyInstance, FastifyReply } from 'fastify';
import { beijingTime, refusal, type Answer } from './answers.js';
import type { PlatformCertificate } from './certificates.js';
import { encrypt } from './encryption.js';
import type { RequestHandler } from './request-handler.js';
import type { KeyRing } from './key-ring.js';
import type { SandboxMerchant } from './keys.js';
import type { RawRequest, V3Auth } from './v3-auth.js';

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
