import { isIP } from 'node:net';
import { z } from 'zod';

/** The bounds of a number in the environment, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** What it counts, for the message: `seconds`, `calls`. */
  readonly of: string;
}

function decimal(form: RegExp, kind: string, { min, max, of }: Bounds) {
  const message = `must be ${kind} of ${of} from ${min} to ${max}, such as ${Math.max(min, 1)}`;
  // Number('') is 0 and Number('0x10') is 16: neither was meant by whoever wrote it.
  return z
    .string()
    .regex(form, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A number in decimal digits, with a fraction or without. */
export function number(bounds: Bounds) {
  return decimal(/^\d+(\.\d+)?$/, 'a number', bounds);
}

export function wholeNumber(bounds: Bounds) {
  return decimal(/^\d+$/, 'a whole number', bounds);
}

/** Where to listen. A name could stand for several addresses, so it is not taken. */
export function listenAddress(example: string) {
  return z
    .string()
    .refine(
      (text) => parseAddress(text) !== undefined,
      `must be an IP address and a port from 1 to 65535, such as ${example}, 0.0.0.0:9464 or [::]:9464`,
    );
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080`; `undefined` for anything else. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isAddress = isIP(host) === (bracketed === undefined ? 4 : 6) && port >= 1 && port <= 65_535;
  return isAddress ? { host, port } : undefined;
}
