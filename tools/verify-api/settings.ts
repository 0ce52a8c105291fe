import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_ORDER_TIMING } from '../../domain/orders/order.js';
import { DEFAULT_SERVICE_ORDER_TIMING } from '../../domain/payscore/order.js';
import { MINUTE, toRfc3339 } from '../../domain/time.js';
import { PAUSES } from '../../domain/waiting.js';

const HOOKS = fileURLToPath(new URL('hooks.py', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('schemathesis.toml', import.meta.url));

/** From now on: a deadline that can be moved to, and when an order was created. */
const DEADLINE_MS = 70 * MINUTE;
const CREATED_MS = -2 * MINUTE;

/** A string of JSON is one of TOML, too. */
function binding(field: string, dictionary: string): string {
  return `${JSON.stringify(`body.${field}`)} = { dictionary = "${dictionary}", probability = 0.9 }\n`;
}

/**
 * The configuration of schemathesis: `schemathesis.toml`, and what depends on the run.
 *
 * @param authFile the users of the API, as Web Fuzzing Commons write them
 */
export async function configurationOf(authFile: string): Promise<string> {
  const instantAt = (ms: number): string => `{ values = ["${toRfc3339(Date.now() + ms)}"] }\n`;
  const lengths = new Set(Object.keys({ ...DEFAULT_ORDER_TIMING, ...DEFAULT_SERVICE_ORDER_TIMING }));
  lengths.delete('pauses');
  const pauses = Object.keys(PAUSES).flatMap((name) => [`timing.pauses.${name}.first`, `timing.pauses.${name}.max`]);
  const bindings = [
    ...[...lengths].map((name) => binding(`timing.${name}`, 'durations')),
    ...pauses.map((field) => binding(field, 'pauses')),
  ].join('');
  const text = await readFile(CONFIGURATION, 'utf8');
  return [
    `hooks = ${JSON.stringify(HOOKS)}\n\n`,
    text
      .replace('[dictionaries]\n', `$&instants = ${instantAt(DEADLINE_MS)}past-instants = ${instantAt(CREATED_MS)}`)
      .replace('[parameters]\n', `$&${bindings}`),
    `\n[auth.wfc]\npath = ${JSON.stringify(authFile)}\nuser = "owner"\npeers = ["owner", "other"]\n`,
  ].join('');
}
