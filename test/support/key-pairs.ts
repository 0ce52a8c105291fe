import { newKeyPair, type KeyPair, type KeySource } from '../../sandbox/keys.js';

const made: Promise<KeyPair>[] = [];

/**
 * Key pairs for one more sandbox. To make one takes longer than to start all the rest, so the sandboxes of a test file
 * have the same ones; within a sandbox, they differ.
 */
export function keyPairs(): KeySource {
  let given = 0;
  return () => (made[given++] ??= newKeyPair());
}
