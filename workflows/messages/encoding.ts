import type { LoadedDataConverter, SerializationContext } from '@temporalio/common';

/**
 * How a worker tells clients how it encodes: a mark at the end of its identity, as in `4711@host encoding=json/plain`. Temporal
 * lists the identities of the workers that poll a task queue, and shows them in Temporal UI.
 */
const MARK = / encoding=(\S{1,100})$/;

/** @param encoding as {@link encodingOf} says it. Without one, or with one that is no single word, the identity has no mark */
export function markedIdentity(identity: string, encoding: string | undefined): string {
  const marked = `${identity} encoding=${encoding}`;
  return encoding !== undefined && MARK.test(marked) ? marked : identity;
}

/** What is encoded to learn how: an object, as each input of a workflow is. */
const PROBE = { probe: true } as const;

/** An owner of the probe, for a codec that encodes for one. */
function ownerIn(namespace: string): SerializationContext {
  return { type: 'workflow', namespace, workflowId: 'encoding-probe' };
}

/**
 * The name of the encoding that a data converter writes: the `encoding` of a payload's metadata, such as `json/plain`, or
 * `binary/encrypted` of a codec. Two keys, or two versions, of one encoding have one name.
 *
 * @returns `undefined` if that is not to be learned: the converter fails, or names none
 */
export async function encodingOf(
  { payloadConverter, payloadCodecs }: Pick<LoadedDataConverter, 'payloadConverter' | 'payloadCodecs'>,
  namespace: string,
): Promise<string | undefined> {
  const owner = ownerIn(namespace);
  try {
    let payloads = [payloadConverter.toPayload(PROBE, owner)];
    for (const codec of payloadCodecs) payloads = await codec.encode(payloads, owner);
    const encoding = payloads[0]?.metadata?.['encoding'];
    return encoding && new TextDecoder().decode(encoding);
  } catch {
    return undefined;
  }
}

/**
 * Whether the workers of a task queue can read what a client starts.
 *
 * | the client writes  | the workers that Temporal lists write       |                                                        |
 * | ------------------ | ------------------------------------------- | ------------------------------------------------------ |
 * | `json/plain`       | `json/plain`                                | `same`                                                 |
 * | `json/plain`       | `binary/encrypted`                          | `other`: they may read it; the client reads no outcome |
 * | `binary/encrypted` | `json/plain`                                | `other`: they cannot read it                           |
 * | `binary/encrypted` | `binary/zlib`                               | `other`                                                |
 * | one of the two     | some `json/plain`, some `binary/encrypted`  | `same`: the codec is being rolled out                  |
 * | any                | some have no mark, and none is the client's | `unknown`: a worker of another version                 |
 * | any                | none is listed                              | `unknown`                                              |
 * | cannot be learned  | any                                         | `unknown`                                              |
 */
export type Readable =
  | { readonly is: 'same' | 'unknown' }
  /** `theirs`: the encodings of the workers, each once. */
  | { readonly is: 'other'; readonly ours: string; readonly theirs: readonly string[] };

/** @param identities of the workers that poll, also those that did until some minutes ago */
export function readableBy(identities: readonly string[], ours: string | undefined): Readable {
  const theirs = [...new Set(identities.map((each) => MARK.exec(each)?.[1]))];
  if (ours === undefined || theirs.length === 0) return { is: 'unknown' };
  if (theirs.includes(ours)) return { is: 'same' };
  const named = theirs.filter((each) => each !== undefined);
  return named.length === theirs.length ? { is: 'other', ours, theirs: named } : { is: 'unknown' };
}
