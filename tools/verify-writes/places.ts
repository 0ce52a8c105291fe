/** The places of a guarded write at which a process is frozen or killed, in the order in which a write comes to them. */
export const PLACES = {
  'before-query': 'before the query is signed',
  'query-connect': 'while the query connects',
  'before-verifying': 'between the answer to the query and its verification',
  'before-signing': 'between the verification and the signing of the write',
  'in-signer': 'inside a remote signer, for the write',
  'write-lookup': 'in the DNS look-up of the write',
  'write-connect': 'in the TCP connect of the write',
  'write-handshake': 'in the TLS handshake of the write, on a new connection',
  'after-write': 'after the write was handed to the system',
  confirming: 'in the query that confirms the write',
} as const satisfies Record<string, string>;

export type Place = keyof typeof PLACES;

export const PLACE_NAMES = Object.keys(PLACES) as Place[];

export function isPlace(name: string | undefined): name is Place {
  return name !== undefined && Object.hasOwn(PLACES, name);
}
