import { newSecret } from '../../testing/sandbox/merchants-file.js';
import { webhookSigner } from '../../wechatpay/webhook-signature.js';
import { type Lab, OUTCOMES_PATH } from './lab.js';
import { ProgramError } from './running.js';

const TOO_LONG_S = 600;
const ANSWER_WITHIN_MS = 10_000;

type Signed = Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>>;

interface Delivery {
  readonly means: string;
  /** What a program must answer: 2 means 200 to 299. Default: 4. */
  readonly answer?: 2 | 5;
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
      answer: 2,
      state: 'order.needs-attention',
      headers: (right, body) => signedAt(seconds(), right, body, [other, secret]),
      type: 'order.needs-attention',
    },
    { means: 'again', answer: 2, type: 'order.needs-attention' },
    { means: 'older than the stored one', answer: 2, sequence: 9, type: 'order.closed' },
    { means: 'that cannot be stored', answer: 5, sequence: 11 },
    { means: 'newer than the stored one', answer: 2, sequence: 11, state: 'order.paid' },
  ];
}

/** The database of a program. */
export interface Store {
  /** What it has stored of an order. */
  readonly stateOf: (workflowId: string) => string | undefined;
  /** Makes it impossible to store anything, or possible again. */
  readonly setBroken: (isBroken: boolean) => void;
}

/**
 * Posts what must be refused, and what must be taken, to a program.
 *
 * @returns how many were posted
 * @throws ProgramError that names each that was not answered, or not stored, as it should
 */
export async function tryDeliveries(
  { secret, shopPort, mchid }: Lab,
  outTradeNo: string,
  { stateOf, setBroken }: Store,
): Promise<number> {
  const workflowId = `order/${mchid}/${outTradeNo}`;
  const deliveries = deliveriesTo(secret);
  const findings: string[] = [];
  let expected: string | undefined;
  for (const { means, answer: must = 4, state, sequence = 10, type = 'order.paid', headers, sent } of deliveries) {
    const id = `evt_${String(sequence).padStart(32, '0')}`;
    const order = { mchid, outTradeNo };
    const outcome = { amount: { total: 888, currency: 'HKD' } };
    const occurredAt = new Date().toISOString();
    const body = JSON.stringify({ id, type, sequence, occurredAt, workflowId, data: { order, outcome } });
    const right = signedAt(seconds(), { 'webhook-id': id } as Signed, body, [secret]);
    if (must === 5) setBroken(true);
    const answer = await fetch(`http://127.0.0.1:${shopPort}${OUTCOMES_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...right, ...headers?.(right, body) },
      body: sent?.(body) ?? body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch((error: unknown) => ({ status: String(error) }));
    if (must === 5) setBroken(false);
    const isRight = Math.floor(Number(answer.status) / 100) === must;
    if (!isRight) findings.push(`an event ${means}: answered ${answer.status}, and must be ${must}xx`);
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
