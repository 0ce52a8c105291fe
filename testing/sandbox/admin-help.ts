import { MOVABLE_KEYS } from './key-ring.js';
import { MISBEHAVIOUR_NAMES, MISBEHAVIOUR_ROWS, type MisbehaviourName } from './misbehaviour.js';
import { SANDBOX_CALLS } from './calls.js';

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
export const ADMIN_HELP = `A WeChat Pay to run against. What follows is for people and tests; it is not signed, and for this machine only.
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
