/** How much is quoted of a text, and of a code. The codes of APIv3 have at most 32 characters. */
const TEXT = /^.{1,80}/u;
const CODE = /^.{1,32}/u;

/** Invisible, but would break a run in two: zero-width and control characters, lone surrogates. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|[^\p{L}\p{N}\p{P}\p{S}\s]/gu;
/** As long as a key, a sign or an openid, in hexadecimal or base64. */
const RUN = /[\w+/=-]{24,}/g;
/** As long as a telephone or identity number. */
const DIGITS = /\p{Nd}{11,}[Xx]?/gu;
/** A long name, as in `APPID_MCHID_NOT_MATCH`: no key is words of one case. */
const WORDS = /^(?:[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+)$/;

/** Words of WeChat Pay, or of an unknown sender, for a log line: printable, short, and without keys, signs and openids. */
export function quoted(text: unknown): string {
  return cut(filtered(text), TEXT) || 'no message';
}

/** The code of an answer as it was spelled, filtered likewise. `undefined`: it has none. */
export function quotedCode(code: string): string | undefined {
  return cut(filtered(code), CODE) || undefined;
}

/** A JSON Pointer or the name of a parameter; each name of it is filtered by itself, since a run may hold a `/`. */
export function quotedPointer(pointer: unknown): string {
  if (typeof pointer !== 'string') return '';
  return cut(pointer.split('/').map(filtered).join('/'), TEXT);
}

/** Invisible characters go first, so that they cannot split a run. */
function filtered(text: unknown): string {
  if (typeof text !== 'string') return '';
  const visible = text.replace(INVISIBLE, '').replace(RUN, redacted).replace(DIGITS, '…');
  return visible.replace(/\s+/g, ' ').trim();
}

function redacted(run: string): string {
  return WORDS.test(run) ? run : '…';
}

function cut(text: string, length: RegExp): string {
  return length.exec(text)?.[0] ?? '';
}
