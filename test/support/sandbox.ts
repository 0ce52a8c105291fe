import { newKeyPair, type KeyPair, type KeySource } from '../../testing/sandbox/keys.js';
import { Sandbox, type SandboxOptions } from '../../testing/sandbox/sandbox.js';

const made: Promise<KeyPair>[] = [];

function keyPairs(): KeySource {
  let given = 0;
  return () => (made[given++] ??= newKeyPair());
}

/**
 * A sandbox. To make its RSA keys would take longer than to start all the rest, so the sandboxes of a process have the
 * same ones; within a sandbox, they differ.
 */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return Sandbox.start({ nextKeyPair: keyPairs(), ...options });
}
