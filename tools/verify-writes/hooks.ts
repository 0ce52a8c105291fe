/**
 * Loaded into a worker before anything else. When a guarded write reaches the place in VERIFY_PLACE, the process freezes
 * itself, once for each order. If VERIFY_CLOCK_JUMP_MS is set, its wall clock jumps instead. A worker has one order at a time.
 * Its number begins with VERIFY-.
 *
 * It wraps functions of Node only, so that the code under test runs as it is shipped.
 */
import crypto from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import { isPlace, type Place } from './cases.js';

/** The call to WeChat Pay that is being made. */
type CallKind = 'query' | 'write' | 'confirmation';

type Hooked = (...args: unknown[]) => unknown;

const wanted = process.env['VERIFY_PLACE'];
const jumpMs = Number(process.env['VERIFY_CLOCK_JUMP_MS'] ?? 0);

/** An order number. */
const NUMBER = /VERIFY-[\w-]+/;

let number: string | undefined;
let isReached = false;
let isSent = false;
let callKind: CallKind = 'query';

/** Resets the state at the first request about another order. */
function begin(about: string | undefined): void {
  if (about === undefined || about === number) return;
  number = about;
  isReached = false;
  isSent = false;
}

/** Called at each place. At the wanted one, for the first time, the worker freezes or its clock jumps. */
export function reach(place: Place): void {
  if (isReached || place !== wanted) return;
  isReached = true;
  if (jumpMs !== 0) jumpClock(jumpMs);
  else process.kill(process.pid, 'SIGSTOP');
}

function jumpClock(by: number): void {
  const now = Date.now;
  Date.now = () => now() + by;
}

/** Calls a hook before a function of Node. */
function before(module: object, name: string, hook: (args: readonly unknown[], self: unknown) => void): void {
  const functions = module as Record<string, Hooked>;
  const original = functions[name];
  if (original === undefined) throw new Error(`Node has no ${name}`);
  functions[name] = function hooked(this: unknown, ...args: unknown[]): unknown {
    hook(args, this);
    return original.apply(this, args);
  };
}

/** For a place between the start of an operation of Node and its result. */
function begun(place: Place): void {
  process.nextTick(() => reach(place));
}

// Each request is signed once. The text that is signed shows which call it is.
before(crypto, 'sign', ([, data]) => {
  const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
  begin(NUMBER.exec(text)?.[0]);
  if (text.startsWith('POST\n')) callKind = 'write';
  else callKind = isSent ? 'confirmation' : 'query';
  if (callKind === 'query') reach('before-query');
  if (callKind === 'write') reach('before-signing');
});

before(crypto, 'verify', () => {
  if (callKind === 'query') reach('before-verifying');
});

before(dns, 'lookup', () => {
  if (callKind === 'write') reach('write-lookup');
});

before(net.Socket.prototype, 'connect', (_args, self) => {
  const socket = self as net.Socket;
  const asked = callKind;
  socket.once('connectionAttempt', () => {
    if (asked === 'query') begun('query-connect');
    if (asked === 'write') begun('write-connect');
  });
  socket.once('connect', () => {
    if (asked === 'write' && socket instanceof tls.TLSSocket) begun('write-handshake');
  });
});

diagnostics.subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: http.ClientRequest };
  request.once('finish', () => {
    isSent ||= request.method === 'POST';
    if (isSent) reach(request.method === 'POST' ? 'after-write' : 'confirming');
  });
});

// A call opens a connection of its own only if the call before it left none.
if (isPlace(wanted) && (wanted.startsWith('write-') || wanted === 'query-connect')) {
  Object.assign(http.Agent.prototype, { keepSocketAlive: () => false });
}

syncBuiltinESMExports();
