import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ADMIN_HELP } from './admin-help.js';
import { addAdminOrderRoutes, knownMerchant } from './admin-orders.js';
import * as schemas from './admin-schemas.js';
import { BookError } from './book-error.js';
import { addAdminServiceOrderRoutes } from './admin-service-orders.js';
import { AdminError, bodyOf, parsed, sendJson, withoutUndefined } from './admin-json.js';
import { NeverMetError } from './misbehaviour-store.js';
import { NothingToTellError } from './notifications.js';
import type { Sandbox } from './sandbox.js';
import type { RawRequest } from './v3-auth.js';
import { writesOf } from './writes.js';

/** The sandbox's own API, under `/sandbox`: for people and tests, and for this machine only. */
export function addAdminRoutes(server: FastifyInstance, sandbox: Sandbox): void {
  void server.register(
    (admin, _options, done) => {
      admin.addHook('onRequest', refuseOtherSites);
      admin.setErrorHandler(answerError);
      admin.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(ADMIN_HELP));
      addAdminOrderRoutes(admin, sandbox);
      addAdminServiceOrderRoutes(admin, sandbox);
      addMisbehaviourRoutes(admin, sandbox);
      addWitnessRoutes(admin, sandbox);
      done();
    },
    { prefix: '/sandbox' },
  );
}

function addMisbehaviourRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
  const { misbehaviours } = sandbox;
  admin.get('/misbehaviours', (_request, reply) => sendJson(reply, misbehaviours.list()));
  admin.post('/misbehaviours', (request: RawRequest, reply) => {
    const { outTradeNo, mchid, subMchid, ...rest } = bodyOf(request, schemas.misbehaviourBody);
    const misbehaviour = withoutUndefined(rest);
    if (outTradeNo === undefined) sandbox.misbehaveOnAny(misbehaviour);
    else if ((mchid ?? subMchid) === undefined) sandbox.misbehave(outTradeNo, misbehaviour);
    else sandbox.misbehaveOn({ mchid: knownMerchant(sandbox, mchid), subMchid, outTradeNo }, misbehaviour);
    return sendJson(reply, misbehaviours.list(), 201);
  });
  admin.delete('/misbehaviours', (_request, reply) => {
    misbehaviours.clear();
    return sendJson(reply, misbehaviours.list());
  });
  admin.post('/rotate', async (_request, reply) => {
    await sandbox.rotateKeys();
    return sendJson(reply, sandbox.wechatpayKeys);
  });
  admin.post('/move', async (request: RawRequest, reply) => {
    const { step, to } = bodyOf(request, schemas.moveBody);
    if (step === 'end') sandbox.endMoveOfKeys();
    else await sandbox.moveKeys(step, to);
    return sendJson(reply, sandbox.wechatpayKeys);
  });
}

function addWitnessRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
  const { ledger } = sandbox;
  admin.get('/keys', (_request, reply) => sendJson(reply, sandbox.wechatpayKeys));
  admin.get('/ledger', (request, reply) => {
    const { outTradeNo } = parsed(schemas.ledgerQuery, request.query);
    return sendJson(reply, { entries: ledger.entries(outTradeNo), refused: ledger.refused });
  });
  admin.get('/writes', (request, reply) => {
    const { outTradeNo } = parsed(schemas.ledgerQuery, request.query);
    return sendJson(reply, writesOf(ledger.entries(outTradeNo)));
  });
  admin.post('/audit', (request: RawRequest, reply) => {
    const { outcomes } = bodyOf(request, schemas.auditBody);
    return sendJson(reply, sandbox.audit(new Map(Object.entries(outcomes))));
  });
}

/**
 * A page in a browser on this machine can reach this machine. It says where it comes from, or is sent here under
 * another name; people and tests do neither.
 */
function refuseOtherSites(
  { headers, host }: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) && headers.origin === undefined;
  done(isLocal ? undefined : new AdminError(403, 'The sandbox is for programs on this machine only.'));
}

async function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof AdminError) {
    const { status, message, faults } = error;
    return sendJson(reply, { error: message, ...(faults && { faults }) }, status);
  }
  if (error instanceof NeverMetError) return sendJson(reply, { error: error.message }, 400);
  const isState = error instanceof BookError || error instanceof NothingToTellError;
  if (isState) return sendJson(reply, { error: error.message }, 409);
  // Such as a body that is too large. Anything else is the sandbox's own fault.
  const status = statusOf(error);
  if (status !== undefined) return sendJson(reply, { error: 'The request cannot be taken as it is.' }, status);
  throw error;
}

/** What the web framework makes of a request that it does not take. */
function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
