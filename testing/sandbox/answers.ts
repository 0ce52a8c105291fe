/** What the sandbox says: a status, a body, and the word for it in the ledger. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON, or as XML in v2; absent for a 204. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly said: string;
  /** It is about another order than the one that was asked for. */
  readonly isAstray?: true;
}

/** Thrown where a request is refused before the order itself is asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(answer.said);
  }
}

/** An error in APIv3's form. */
export function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { code, message }, said: code };
}

/** Where a parameter is wrong (S0, S3). */
export interface Detail {
  /** A JSON pointer for a body, a name elsewhere. */
  readonly field: string;
  readonly value: string;
  readonly issue: string;
  readonly location: 'body' | 'query' | 'url';
}

export function paramError(detail: Detail): Answer {
  const body = { code: 'PARAM_ERROR', message: 'Parameter format verification error', detail };
  return { status: 400, body, said: 'PARAM_ERROR' };
}

export const NO_AUTH = refusal(403, 'NO_AUTH', 'The merchant in the request is not the one that signed it.');

/** RFC 3339 in Beijing time, as S3 shows it. */
export function beijingTime(instant: number): string {
  return `${beijing(instant)}+08:00`;
}

/** `yyyyMMddHHmmss` in Beijing time, as v2 has it. */
export function beijingDigits(instant: number): string {
  return beijing(instant).replace(/\D/g, '');
}

/** @returns `undefined` where the text is not `yyyyMMddHHmmss` */
export function parseBeijingDigits(text: string): number | undefined {
  const [, date, time] = /^(\d{8})(\d{6})$/.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const day = date.replace(/(....)(..)(..)/, '$1-$2-$3');
  const instant = Date.parse(`${day}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}+08:00`);
  return Number.isNaN(instant) ? undefined : instant;
}

function beijing(instant: number): string {
  return new Date(instant + 8 * 3_600_000).toISOString().slice(0, 19);
}
