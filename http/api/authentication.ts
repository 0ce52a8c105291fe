import type { FastifyRequest } from 'fastify';
import { RefusedRequest } from './problems.js';
import type { Caller, Tokens } from './tokens.js';

const BEARER = /^Bearer +([\w.~+/-]{1,512}={0,2})$/i;

/** Without tokens, whoever reaches the API may use it. */
const ANYBODY: Caller = { name: 'anybody', mayUse: () => true };

/** The names of this machine. A page of a browser that was given another name for it sends that name. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** What proxies add. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Who sends a request.
 *
 * @param tokens `undefined`: there is no tokens file, so the API listens on loopback only
 * @throws RefusedRequest `unauthenticated`
 */
export function authenticated({ headers }: FastifyRequest, tokens: Tokens | undefined): Caller {
  if (tokens === undefined) {
    const whyNot = fromElsewhere(headers);
    if (whyNot === undefined) return ANYBODY;
    throw unauthenticated(`Without a tokens file, only programs on this machine are answered: ${whyNot}.`);
  }
  const [, token] = BEARER.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) throw unauthenticated('The header Authorization must be Bearer and a token.');
  const caller = tokens.callerOf(token);
  if (caller === undefined) throw unauthenticated('This token is not known.');
  return caller;
}

/** Why a request that reached loopback may be of another machine, or of a page in a browser; `undefined`: it is not. */
function fromElsewhere(headers: FastifyRequest['headers']): string | undefined {
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return 'send it to 127.0.0.1 or localhost';
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return 'this one came through a proxy';
  const isOfPage = headers.origin !== undefined || !['none', undefined].includes(headers['sec-fetch-site']);
  return isOfPage ? 'a page in a browser sent this one' : undefined;
}

/** @throws RefusedRequest `not-your-merchant`, whether or not anybody knows the merchant */
export function authorize(caller: Caller, mchid: string): void {
  if (caller.mayUse(mchid)) return;
  throw new RefusedRequest('not-your-merchant', `The token ${caller.name} is not for this merchant.`);
}

function unauthenticated(detail: string): RefusedRequest {
  return new RefusedRequest('unauthenticated', detail, { 'www-authenticate': 'Bearer' });
}
