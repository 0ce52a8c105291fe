import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MOVABLE_KEYS } from './key-ring.js';
import { MISBEHAVIOUR_NAMES, MISBEHAVIOUR_ROWS, type MisbehaviourName } from './misbehaviour.js';
import { SandboxStateError, SANDBOX_CALLS } from './calls.js';
import { addAdminOrderRoutes, addAdminServiceOrderRoutes, knownMerchant } from './admin-orders.js';
import * as schemas from './admin-schemas.js';
import { AdminError, bodyOf, parsed, sendJson, withoutUndefined } from './admin-schemas.js';
import { ImpossibleMisbehaviourError } from './misbehaviour-store.js';
import { NothingToNotifyError } from './notifications.js';
import type { Sandbox } from './sandbox.js';
import type { RawRequest } from './v3-auth.js';
import { writesOf } from './ledger.js';

function described(name: MisbehaviourName): string {
  const { meaning, calls, of, form } = MISBEHAVIOUR_ROWS[name];
  const limits = [
    ...(calls === undefined ? [] : [`on ${calls.join(', ')}`]),
    ...(of === undefined ? [] : ['of service orders']),
    ...(form === undefined ? [] : [`not over ${form === 'v3' ? 'v2' : 'APIv3'}`]),
  ];
  return `  ${name.padEnd(14)} ${meaning}${limits.length === 0 ? '' : ` (${limits.join('; ')})`}`;
}

const MISBEHAVIOURS = MISBEHAVIOUR_NAMES.map(described).join('\n');

/** What `GET /sandbox` says. */
const ADMIN_HELP = `A WeChat Pay to run against. What follows is for people and tests; it is not signed, and for this machine only.
Bodies are JSON. {n} is an order number; add ?mchid=…&subMchid=… where it is not the first merchant's own.
Times are RFC 3339; amounts are integers of the smallest unit.

Orders
  GET  /sandbox/orders                    every order
  GET  /sandbox/orders/{n}
  POST /sandbox/orders                    place one, as a checkout would:
       {"outTradeNo": "A-1", "amount": {"total": 888, "currency": "HKD"}}
       also: mchid, subMchid, appid, subAppid, api (v3-global, v3, v2), signType, notifyUrl, timeExpire,
       createdMinutesAgo (6 makes it old enough to be closed at once). Over other APIs than its own it is not
       known; without api it belongs to the first that asks for it
  POST /sandbox/orders/{n}/pay            the shopper pays
  POST /sandbox/orders/{n}/become         {"state": "USERPAYING"}: any of S3's states, whatever it was in
  POST /sandbox/orders/{n}/notify         posts the notification of its payment to its notifyUrl, or to {"url": …}

PayScore service orders
  GET  /sandbox/service-orders            every service order; one with /{n}
  POST /sandbox/service-orders            {"outOrderNo": "R-1"}; also: mchid, serviceId, appid, needUserConfirm, notifyUrl
  POST /sandbox/service-orders/{n}/confirm    the user confirms
  POST /sandbox/service-orders/{n}/complete   {"totalAmount": 500}: the merchant says what is due
  POST /sandbox/service-orders/{n}/pay        the user pays what is due
  POST /sandbox/service-orders/{n}/expire     the user never confirmed
  POST /sandbox/service-orders/{n}/become     {"state": …, "description": …, "collection": …, "totalAmount": …}
  POST /sandbox/service-orders/{n}/notify     posts the notification of the confirmation or the payment

Misbehaviour
  GET    /sandbox/misbehaviours           what is planned
  POST   /sandbox/misbehaviours           {"what": "systemError", "outTradeNo": "A-1", "on": "close", "times": 3}
         without outTradeNo: for any order; without on: any call of ${SANDBOX_CALLS.join(', ')}; times is 1 by default, or "always";
         after lets so many pass first: {"on": "query", "after": 1} is met by the second query
         also: mchid and subMchid (whose order), delayMs (slow), totalAmount (completeFirst, and payFirst of a service
         order), code and status (those that answer a code). One request can meet one that acts before and one that
         spoils the answer: payFirst and loseAnswer
  DELETE /sandbox/misbehaviours           behaves again
  POST   /sandbox/rotate                  changes WeChat Pay's keys; answers with the new ones
  POST   /sandbox/move                    {"step": "begin", "to": "public-key"}: half of the answers and notifications are
         signed with each kind; "prepare": the new key is there, and signs only for who names it;
         {"step": "end"}: the new one alone. The kinds: ${MOVABLE_KEYS.join(', ')}
${MISBEHAVIOURS}

What happened
  GET  /sandbox/ledger                    every call, and refused requests; ?outTradeNo={n} for one number
  GET  /sandbox/writes                    every close and cancel: its body, and how old the query before it was; the same
  POST /sandbox/audit                     {"outcomes": {"A-1": "closed"}}: what must never happen, by order number;
       where several have it, by "mchid/A-1", "mchid/subMchid/A-1", or "payscore/mchid/R-1"
  GET  /sandbox/keys                      the keys that WeChat Pay signs with now
`;

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
      addLedgerRoutes(admin, sandbox);
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

function addLedgerRoutes(admin: FastifyInstance, sandbox: Sandbox): void {
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
 * A page in a browser on this machine can reach this machine. Its requests have an Origin header, or
 * another host name; those of people and tests have neither.
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
  if (error instanceof ImpossibleMisbehaviourError) return sendJson(reply, { error: error.message }, 400);
  const isState = error instanceof SandboxStateError || error instanceof NothingToNotifyError;
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
