import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ADMIN_HELP } from './admin-help.js';
import { addAdminOrderRoutes } from './admin-orders.js';
import * as schemas from './admin-schemas.js';
import { addAdminServiceOrderRoutes } from './admin-service-orders.js';
import { AdminError, bodyOf, parsed, tell, withoutUndefined } from './admin-talk.js';
import { NothingToTellError } from './notices.js';
import type { Sandbox } from './sandbox.js';
import type { RawRequest } from './v3-door.js';

/** The sandbox's own API, under `/sandbox`: for people and tests, and for this machine only. */
export function addAdminRoutes(server: FastifyInstance, sandbox: Sandbox): void {
  void server.register(
    (admin, _options, done) => {
      admin.addHook('onRequest', refuseStrangers);
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
  const { mischiefs } = sandbox;
  admin.get('/misbehaviours', (_request, reply) => tell(reply, mischiefs.list()));
  admin.post('/misbehaviours', (request: RawRequest, reply) => {
    const { outTradeNo = null, ...mischief } = bodyOf(request, schemas.misbehaviourBody);
    mischiefs.add(outTradeNo, withoutUndefined(mischief));
    return tell(reply, mischiefs.list(), 201);
  });
  admin.delete('/misbehaviours', (_request, reply) => {
    mischiefs.clear();
    return tell(reply, mischiefs.list());
  });
  admin.post('/rotate', async (_request, reply) => {
    await sandbox.rotateKeys();
    return tell(reply, sandbox.wechatpayKeys);
  });
}

function addWitnessRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
  const { ledger } = sandbox;
  admin.get('/keys', (_request, reply) => tell(reply, sandbox.wechatpayKeys));
  admin.get('/ledger', (request, reply) => {
    const { outTradeNo } = parsed(schemas.ledgerQuery, request.query);
    return tell(reply, { entries: ledger.entries(outTradeNo), refused: ledger.refused });
  });
  admin.post('/audit', (request: RawRequest, reply) => {
    const { outcomes } = bodyOf(request, schemas.auditBody);
    return tell(reply, sandbox.audit(new Map(Object.entries(outcomes))));
  });
}

/**
 * A page in a browser on this machine can reach this machine. It says where it comes from, or is sent here under
 * another name; people and tests do neither.
 */
function refuseStrangers({ headers, host }: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) && headers.origin === undefined;
  done(isLocal ? undefined : new AdminError(403, 'The sandbox is for programs on this machine only.'));
}

async function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof AdminError) {
    const { status, message, faults } = error;
    return tell(reply, { error: message, ...(faults && { faults }) }, status);
  }
  // The books say so where a number is taken or not known.
  const isState = error instanceof RangeError || error instanceof NothingToTellError;
  if (isState) return tell(reply, { error: error.message }, 409);
  throw error;
}
