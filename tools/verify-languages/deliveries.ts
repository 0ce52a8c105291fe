import { newSecret } from '../../testing/sandbox/merchants-file.js';
import { webhookSigner } from '../../wechatpay/webhook-signature.js';
import { type Lab, OUTCOMES_PATH } from './lab.js';
import { ProgramError } from './running.js';

const TOO_LONG_S = 600;
const ANSWER_WITHIN_MS = 10_000;

type Signed = Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>>;

interface Delivery {
  readonly means: string;
  /** Whether a program must take it. Default: it must refuse it, with 400 to 499. */
  readonly isTaken?: true;
  /** What the order is then, if that is not what it was. */
  readonly state?: string;
  /** Of the event. Default: 10. */
  readonly sequence?: number;
  readonly type?: string;
  /** Changes the headers, which are right, or the body that is sent. */
  readonly headers?: (right: Signed, body: string) => Partial<Signed>;
  readonly sent?: (body: string) => string;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

function signedAt(at: number, { 'webhook-id': id }: Signed, body: string, secrets: readonly string[]): Signed {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': webhookSigner(secrets)(id, at, body),
  };
}

/** What a program is posted after its orders have ended, in this order. */
function deliveriesTo(secret: string): readonly Delivery[] {
  const other = newSecret();
  const signed = (at: number) => (right: Signed, body: string) => signedAt(at, right, body, [secret]);
  return [
    { means: 'with another secret', headers: (right, body) => signedAt(seconds(), right, body, [other]) },
    { means: 'signed too long ago', headers: signed(seconds() - TOO_LONG_S) },
    { means: 'signed for later', headers: signed(seconds() + TOO_LONG_S) },
    { means: 'with another body than the signed one', sent: (body) => body.replace('888', '1') },
    { means: 'with another id than the signed one', headers: () => ({ 'webhook-id': 'evt_other' }) },
    { means: 'without a signature', headers: () => ({ 'webhook-signature': '' }) },
    { means: 'with a signature of no form', headers: () => ({ 'webhook-signature': 'v1' }) },
    { means: 'with a time of no form', headers: () => ({ 'webhook-timestamp': 'soon' }) },
    {
      means: 'signed with two secrets, of which the second is right',
      isTaken: true,
      state: 'order.needs-attention',
      headers: (right, body) => signedAt(seconds(), right, body, [other, secret]),
      type: 'order.needs-attention',
    },
    { means: 'again', isTaken: true, type: 'order.needs-attention' },
    { means: 'older than the stored one', isTaken: true, sequence: 9, type: 'order.closed' },
    { means: 'newer than the stored one', isTaken: true, sequence: 11, type: 'order.paid', state: 'order.paid' },
  ];
}

/**
 * Posts what must be refused, and what must be taken, to a program.
 *
 * @param stateOf reads what the program has stored of an order
 * @returns how many were posted
 * @throws ProgramError that names each that was not answered, or not stored, as it should
 */
export async function tryDeliveries(
  { secret, shopPort, mchid }: Lab,
  outTradeNo: string,
  stateOf: (workflowId: string) => string | undefined,
): Promise<number> {
  const workflowId = `order/${mchid}/${outTradeNo}`;
  const deliveries = deliveriesTo(secret);
  const findings: string[] = [];
  let expected: string | undefined;
  for (const { means, isTaken = false, state, sequence = 10, type = 'order.paid', headers, sent } of deliveries) {
    const id = `evt_${String(sequence).padStart(32, '0')}`;
    const order = { mchid, outTradeNo };
    const outcome = { amount: { total: 888, currency: 'HKD' } };
    const occurredAt = new Date().toISOString();
    const body = JSON.stringify({ id, type, sequence, occurredAt, workflowId, data: { order, outcome } });
    const right = signedAt(seconds(), { 'webhook-id': id } as Signed, body, [secret]);
    const answer = await fetch(`http://127.0.0.1:${shopPort}${OUTCOMES_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...right, ...headers?.(right, body) },
      body: sent?.(body) ?? body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch((error: unknown) => ({ status: String(error) }));
    const status = Number(answer.status);
    const isRight = isTaken ? status >= 200 && status < 300 : status >= 400 && status < 500;
    if (!isRight) findings.push(`an event ${means}: answered ${answer.status}, and must be ${isTaken ? '2xx' : '4xx'}`);
    expected = state ?? expected;
    const stored = stateOf(workflowId);
    if (stored !== expected) {
      findings.push(`an event ${means}: ${stored ?? 'nothing'} is stored, and must be ${expected ?? 'nothing'}`);
      // Said once.
      expected = stored;
    }
  }
  if (findings.length > 0) throw new ProgramError(findings.join('\n'));
  return deliveries.length;
}
