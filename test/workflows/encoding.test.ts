import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import { expect, it } from 'vitest';
import { encodingOf, markedIdentity, readableBy } from '../../workflows/messages/encoding.js';
import { OWNED_CODEC } from '../support/owned-codec.js';

const PLAIN = markedIdentity('1@shop', 'json/plain');
const SEALED = markedIdentity('2@shop', 'binary/encrypted');
const ZIPPED = markedIdentity('3@shop', 'binary/zlib');

it.each<[string, string | undefined, readonly string[], object]>([
  ['has no codec, as the workers', 'json/plain', [PLAIN], { is: 'same' }],
  ['has the codec of the workers', 'binary/encrypted', [SEALED, SEALED], { is: 'same' }],
  ['has no codec, and the workers have one', 'json/plain', [SEALED], { is: 'other', theirs: ['binary/encrypted'] }],
  ['has a codec, and the workers have none', 'binary/encrypted', [PLAIN], { is: 'other', theirs: ['json/plain'] }],
  ['has another codec', 'binary/zlib', [SEALED, PLAIN], { is: 'other', theirs: ['binary/encrypted', 'json/plain'] }],
  ['has no codec, and it is being rolled out', 'json/plain', [SEALED, PLAIN], { is: 'same' }],
  ['has a codec that is being rolled out', 'binary/encrypted', [PLAIN, SEALED], { is: 'same' }],
  ['has a codec, as one of three kinds of workers', 'binary/zlib', [PLAIN, SEALED, ZIPPED], { is: 'same' }],
  ['has a codec, and nobody polls', 'binary/encrypted', [], { is: 'unknown' }],
  ['has a codec, and a worker of another version polls', 'binary/encrypted', ['4@shop'], { is: 'unknown' }],
  ['has a codec, and such a worker polls, too', 'binary/encrypted', [PLAIN, '4@shop'], { is: 'unknown' }],
  ['has a codec that cannot be learned', undefined, [PLAIN], { is: 'unknown' }],
])('a client that %s', (_, ours, identities, readable) => {
  const others = (readable as { is: string }).is === 'other' ? { ours } : {};
  expect(readableBy(identities, ours)).toEqual({ ...others, ...readable });
});

it.each([[undefined], ['two words'], ['x'.repeat(101)], ['']])('an encoding %j is no mark of a worker', (encoding) => {
  expect(markedIdentity('1@shop', encoding)).toBe('1@shop');
});

const BROKEN: PayloadCodec = { ...OWNED_CODEC, encode: () => Promise.reject(new Error('no key')) };
const UNNAMED: PayloadCodec = {
  ...OWNED_CODEC,
  encode: (all) => Promise.resolve(all.map((each) => ({ ...each, metadata: {} }))),
};

it.each<[string, PayloadCodec[], string | undefined]>([
  ['without a codec', [], 'json/plain'],
  ['with a codec', [OWNED_CODEC], 'test/owned'],
  ['whose codec fails', [BROKEN], undefined],
  ['whose codec names no encoding', [UNNAMED], undefined],
])('the encoding of a converter %s', async (_, payloadCodecs, encoding) => {
  expect(await encodingOf({ payloadConverter: defaultPayloadConverter, payloadCodecs }, 'default')).toBe(encoding);
});
