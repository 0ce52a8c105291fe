import { describe, expect, it } from 'vitest';
import {
  InvalidOutcomeError,
  type InvalidOutcomeReason,
  isOutcomeError,
  OutcomeSecretsError,
  verifyOutcome,
} from '../../../client/outcomes/index.js';
import { EVENTS } from '../../support/outcome-events.js';
import { NEW_SECRET, OTHER_SECRET, PAID, posted, SECRET, type Posted } from './fixtures.js';

const verified = ({ body, headers }: Posted, secrets: string | readonly string[] = SECRET) =>
  verifyOutcome(body, headers, secrets);

/** What is thrown. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an event that the worker signed', () => {
  it.each(EVENTS)('is returned as it was: $type $id', (event) => {
    expect(verified(posted(event))).toEqual(event);
  });

  it.each([
    ['text', (body: string) => body],
    ['a Buffer', (body: string) => Buffer.from(body)],
    ['a part of a larger buffer', (body: string) => Buffer.from(`##${body}##`).subarray(2, -2)],
    ['bytes', (body: string) => new TextEncoder().encode(body)],
  ])('is taken as %s', (_, form) => {
    const event = { ...PAID, data: { ...PAID.data, note: '已支付' } };
    const { body, headers } = posted(event);
    expect(verifyOutcome(form(body), headers, SECRET)).toEqual(event);
  });

  it.each([
    ['with names in upper case', (headers: Posted['headers']) => upperCased(headers)],
    ['as Fetch has them', (headers: Posted['headers']) => new Headers(headers)],
    ['as lists of one', (headers: Posted['headers']) => listed(headers)],
  ])('is taken with headers %s', (_, form) => {
    const { body, headers } = posted(PAID);
    expect(verifyOutcome(body, form(headers), SECRET)).toEqual(PAID);
  });

  it.each([
    ['the old secret, before the worker has the new one', [SECRET], [NEW_SECRET, SECRET]],
    ['the new secret, before the old one is taken away', [NEW_SECRET], [SECRET, NEW_SECRET]],
    ['both, and the checkout has the old one', [NEW_SECRET, SECRET], [SECRET]],
    ['both, and the checkout has the new one', [SECRET, NEW_SECRET], [NEW_SECRET]],
  ])('is taken if it was signed with %s', (_, signedWith, known) => {
    expect(verified(posted(PAID, { secrets: signedWith }), known)).toEqual(PAID);
  });

  it.each([290, -290])('is taken %s seconds after it was signed', (secondsAgo) => {
    expect(verified(posted(PAID, { secondsAgo }))).toEqual(PAID);
  });

  it('is taken with a signature of another version beside its own', () => {
    const { body, headers } = posted(PAID);
    const signature = `v1a,AAAA ${headers['webhook-signature'] ?? ''} v2,BBBB`;
    expect(verifyOutcome(body, { ...headers, 'webhook-signature': signature }, SECRET)).toEqual(PAID);
  });

  it.each(['order.refunded', 'unknown', 'constructor'])('is returned as unknown if it is of type %s', (type) => {
    const event = { ...PAID, type, data: { any: 'thing' } };
    expect(verified(posted(event))).toEqual({ ...event, type: 'unknown', unknownType: type });
  });

  it('keeps the fields that a newer worker adds', () => {
    const event = { ...PAID, data: { ...PAID.data, more: 1 } };
    expect(verified(posted(event))).toEqual(event);
  });
});

type Row = readonly [InvalidOutcomeReason, string, () => Posted];

const changed = (headers: Record<string, string | undefined>): Posted => {
  const { headers: right, body } = posted(PAID);
  return { headers: { ...right, ...headers } as Posted['headers'], body };
};
const signature = (): string => posted(PAID).headers['webhook-signature'] ?? '';

const ROWS: readonly Row[] = [
  ['unsigned', 'it has no id', () => changed({ 'webhook-id': undefined })],
  ['unsigned', 'its id is empty', () => changed({ 'webhook-id': '' })],
  ['unsigned', 'its id is there twice', () => changed({ 'Webhook-Id': PAID.id })],
  ['unsigned', 'it has no time', () => changed({ 'webhook-timestamp': undefined })],
  ['unsigned', 'it has no signature', () => changed({ 'webhook-signature': undefined })],
  ['unsigned', 'its time is a word', () => changed({ 'webhook-timestamp': 'now' })],
  ['unsigned', 'its time only begins with a number', () => changed({ 'webhook-timestamp': `${timeOf()}x` })],
  ['unsigned', 'its signature is there twice', () => changed({ 'Webhook-Signature': signature() })],
  ['wrong-signature', 'it was signed with another secret', () => posted(PAID, { secrets: [OTHER_SECRET] })],
  ['wrong-signature', 'its id was changed', () => changed({ 'webhook-id': 'evt_9' })],
  ['wrong-signature', 'its time was changed', () => changed({ 'webhook-timestamp': String(timeOf() - 1) })],
  ['wrong-signature', 'its body was changed', () => ({ ...posted(PAID), body: `${posted(PAID).body} ` })],
  ['wrong-signature', 'its version is not v1', () => changed({ 'webhook-signature': signature().replace('v1', 'v2') })],
  ['wrong-signature', 'its signature is cut off', () => changed({ 'webhook-signature': signature().slice(0, -1) })],
  ['wrong-signature', 'its signature is a version only', () => changed({ 'webhook-signature': 'v1' })],
  ['wrong-signature', 'its signature is empty', () => changed({ 'webhook-signature': 'v1,' })],
  ['too-old', 'it was signed more than 5 minutes ago', () => posted(PAID, { secondsAgo: 310 })],
  ['too-early', 'it was signed more than 5 minutes ahead', () => posted(PAID, { secondsAgo: -310 })],
  ['id-differs', 'its id is another than in its header', () => posted(PAID, { id: 'evt_9' })],
  ['not-an-event', 'it is empty', () => posted('')],
  ['not-an-event', 'it is not JSON', () => posted('{"id":')],
  ['not-an-event', 'it is null', () => posted('null')],
  ['not-an-event', 'it is a list', () => posted('[]')],
  ...(['id', 'type', 'sequence', 'occurredAt', 'workflowId', 'data'] as const).map((name): Row => [
    'not-an-event',
    `it has no ${name}`,
    () => posted({ ...PAID, [name]: undefined }),
  ]),
  ['not-an-event', 'its type is empty', () => posted({ ...PAID, type: '' })],
  ['not-an-event', 'its sequence is a text', () => posted({ ...PAID, sequence: '1' })],
  ['not-an-event', 'its sequence is not exact', () => posted({ ...PAID, sequence: 2 ** 53 })],
  ['not-an-event', 'its data are null', () => posted({ ...PAID, data: null })],
];

function timeOf(): number {
  return Number(posted(PAID).headers['webhook-timestamp']);
}

function upperCased(headers: Posted['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
}

function listed(headers: Posted['headers']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

describe('what is not verified', () => {
  it.each(ROWS)('is refused as %s if %s', (reason, _, post) => {
    const error = thrownBy(() => verified(post()));
    expect(error).toBeInstanceOf(InvalidOutcomeError);
    expect(error).toMatchObject({ code: 'invalid-outcome', reason });
    expect(isOutcomeError(error)).toBe(true);
  });

  it('is refused as body-parsed if a parser came first', () => {
    const { headers } = posted(PAID);
    const error = thrownBy(() => verifyOutcome(PAID as unknown as string, headers, SECRET));
    expect(error).toMatchObject({ code: 'invalid-outcome', reason: 'body-parsed' });
  });

  it.each(ROWS)('is never shown by the error: %s if %s', (_reason, _, post) => {
    const error = thrownBy(() => verified(post())) as Error;
    const right = signature().slice('v1,'.length);
    const shown = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`;
    for (const hidden of [right, SECRET, SECRET.slice(6), 'SHOP-1']) expect(shown).not.toContain(hidden);
  });
});

describe('secrets', () => {
  it.each([
    ['be without the = at their end', SECRET.replace(/=+$/, '')],
    ['have a line end behind them, as a file has', `${SECRET}\n`],
  ])('may %s', (_, secret) => {
    expect(verified(posted(PAID), secret)).toEqual(PAID);
  });

  it.each([
    ['there are none', [], null],
    ['there is none', undefined, null],
    ['one has no prefix', SECRET.slice('whsec_'.length), 0],
    ['one has another prefix', SECRET.replace('whsec_', 'secret'), 0],
    ['one has a blank in it', SECRET.replace('AQ', 'A Q'), 0],
    ['one is empty', '', 0],
    ['one is only the prefix', 'whsec_', 0],
    ['one is not base64', `whsec_${'*'.repeat(44)}`, 0],
    ['one has too much at its end', `${SECRET}===`, 0],
    ['one is base64 for a URL', `whsec_${Buffer.alloc(32, 251).toString('base64url')}`, 0],
    ['one has 23 bytes', `whsec_${Buffer.alloc(23, 1).toString('base64')}`, 0],
    ['one has 65 bytes', `whsec_${Buffer.alloc(65, 1).toString('base64')}`, 0],
    ['the second is not set', [SECRET, undefined], 1],
  ])('are a fault of the configuration if %s, whatever was posted', (_, secrets, at) => {
    const { body, headers } = posted(PAID);
    const error = thrownBy(() => verifyOutcome(body, headers, secrets as string[]));
    expect(error).toBeInstanceOf(OutcomeSecretsError);
    expect(error).toMatchObject({ code: 'outcome-secrets', at });
    expect((error as Error).message).not.toContain(SECRET.slice(6, 20));
    expect(isOutcomeError(error)).toBe(true);
  });

  it.each([
    ['is empty', '', 1],
    ['is only a line end', ['\n'], 1],
    ['is not set, in a list', [SECRET, undefined], 2],
  ])('say that one is empty, and what to look at, if it %s', (_, secrets, place) => {
    const { body, headers } = posted(PAID);
    const { message } = thrownBy(() => verifyOutcome(body, headers, secrets as string[])) as Error;
    expect(message).toContain(`Secret ${place} is empty: is the environment variable set? Give it the secret of`);
    expect(message).toContain('A secret is whsec_ and');
  });

  it('do not say that one is empty that is malformed', () => {
    const error = thrownBy(() => verified(posted(PAID), 'whsec_')) as Error;
    expect(error.message).toMatch(/^Secret 1 is malformed\. A secret is whsec_ and/);
  });
});
