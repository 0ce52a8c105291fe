import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { type SandboxOptions } from '../../../testing/sandbox/sandbox.js';
import type { SandboxMerchant } from '../../../testing/sandbox/keys.js';
import {
  answerFault,
  authorization,
  newNonce,
  rsaSigner,
  type SignatureFault,
} from '../../../wechatpay/signature-v3.js';
import type { SignType } from '../../../wechatpay/signature-v2.js';
import { buildXml, parseXml } from '../../../wechatpay/xml.js';
import { startSandbox } from '../../support/sandbox.js';

export const MINUTE = 60_000;
export const NOON = Date.parse('2026-03-02T12:00:00Z');
export const APPID = 'wx8888888888888888';
export const SUB_MCHID = '1900000222';

/** A sandbox, and its order clock. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly clock: { now: number };
}

/** A sandbox for one test, whose order clock stands at noon until it is moved. */
export async function newSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const { started, clock } = start(options);
  const sandbox = await started;
  onTestFinished(() => sandbox.stop());
  return { sandbox, clock };
}

/**
 * A sandbox for all tests of a file, because making keys takes long: each test uses numbers of its own. The order clock
 * stands at noon when a test begins.
 */
export function sharedSandbox(options: SandboxOptions = {}): () => TestSandbox {
  let shared: TestSandbox | undefined;
  beforeAll(async () => {
    const { started, clock } = start(options);
    shared = { sandbox: await started, clock };
    // Making keys takes long on a busy machine.
  });
  beforeEach(() => {
    if (shared !== undefined) shared.clock.now = NOON;
  });
  afterAll(() => shared?.sandbox.stop());
  return () => {
    if (shared === undefined) throw new Error('the sandbox is there only while tests run');
    return shared;
  };
}

function start(options: SandboxOptions): { started: Promise<Sandbox>; clock: { now: number } } {
  const clock = { now: NOON };
  return { started: startSandbox({ orderClock: () => clock.now, ...options }), clock };
}

let numbers = 0;

/** An order number that no test had before. */
export function newNumber(): string {
  numbers += 1;
  return `NUMBER-${numbers}`;
}

export function merchantOf(sandbox: Sandbox): SandboxMerchant {
  const merchant = sandbox.merchants.get(sandbox.mchid);
  if (merchant === undefined) throw new Error('the sandbox has no merchant');
  return merchant;
}

/** An answer of APIv3, and whether its signature is WeChat Pay's. */
export interface V3Answer {
  readonly status: number;
  /** `undefined` where the body is empty or no JSON. */
  readonly body: Record<string, unknown> | undefined;
  readonly fault: SignatureFault | undefined;
  readonly headers: Headers;
}

interface V3Extras {
  readonly headers?: Readonly<Record<string, string>>;
  /** What the signature covers instead of what is sent. */
  readonly signedTarget?: string;
  readonly signedBody?: string;
  readonly now?: number;
  /** Changes what the signer says it is. */
  readonly serial?: string;
  readonly mchid?: string;
  readonly signal?: AbortSignal;
}

/** Sends a signed request of APIv3. */
export async function v3(
  sandbox: Sandbox,
  method: 'GET' | 'POST',
  target: string,
  body?: unknown,
  { headers = {}, signedTarget = target, signedBody, now = Date.now(), serial, mchid, signal }: V3Extras = {},
): Promise<V3Answer> {
  const { keys, certificateSerial, mchid: own } = merchantOf(sandbox);
  const signer = rsaSigner(mchid ?? own, serial ?? certificateSerial, keys.privatePem);
  const text = body === undefined ? '' : JSON.stringify(body);
  const request = { method, target: signedTarget, body: signedBody ?? text };
  const answer = await fetch(`${sandbox.url}${target}`, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'test',
      authorization: authorization(signer, request, { now, nonce: newNonce() }),
      ...(text !== '' && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text !== '' && { body: text }),
    ...(signal && { signal }),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const known = new Map(sandbox.wechatpayKeys.map(({ serial: of, pem }) => [of, createPublicKey(pem)]));
  const fault = answerFault(Object.fromEntries(answer.headers), bytes, known, Date.now());
  return { status: answer.status, body: json(bytes), fault, headers: answer.headers };
}

function json(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** An answer of v2. */
export interface V2Answer {
  readonly status: number;
  readonly fields: Record<string, string>;
  /** Whether it is signed as the request was. */
  readonly isVerified: boolean;
}

/** Sends a signed request of v2; `fields` are completed with the merchant, a nonce and the sign. */
export async function v2(
  sandbox: Sandbox,
  path: string,
  fields: Readonly<Record<string, string>>,
  signType: SignType = 'MD5',
): Promise<V2Answer> {
  const { mchid, v2: signers } = merchantOf(sandbox);
  const type = signType === 'MD5' ? {} : { sign_type: signType };
  const request = new Map(Object.entries({ appid: APPID, mch_id: mchid, nonce_str: newNonce(), ...type, ...fields }));
  if (!request.has('sign')) request.set('sign', signers[signType].sign(request));
  return v2Raw(sandbox, path, buildXml(request), signType);
}

/** Sends some bytes as they are. */
export async function v2Raw(
  sandbox: Sandbox,
  path: string,
  body: string,
  signType: SignType = 'MD5',
): Promise<V2Answer> {
  const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', body });
  const parsed = parseXml(new Uint8Array(await answer.arrayBuffer()));
  if ('fault' in parsed) throw new Error(parsed.fault);
  const isVerified = merchantOf(sandbox).v2[signType].verifies(parsed);
  return { status: answer.status, fields: Object.fromEntries(parsed), isVerified };
}
