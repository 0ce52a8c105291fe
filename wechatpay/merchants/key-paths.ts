/** Longer than the path of any key. */
const MAX_PATH = 255;

/** An API key, of v2 or v3; and the beginning of an RSA key in base64. */
const API_KEY = /^[0-9A-Za-z]{32}$/;
const RSA_KEY = /^MI[IG][0-9A-Za-z+/]{20}/;

/** Whether a key seems to have been pasted where its path should be. */
export function isPastedKey(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PATH || /[\r\n]|-----BEGIN/.test(trimmed)) return true;
  return API_KEY.test(trimmed) || RSA_KEY.test(trimmed);
}

const EXTENSION = /\.[0-9A-Za-z]{1,10}$/;
/** A name without an extension that is as long as this could be a key, and base64 may have a `/` in it. */
const LONG_NAME = /[^/\\]{24}|[+=]/;

/** Whether a text may be repeated, since it can only be a path. */
export function isPlainlyPath(text: string): boolean {
  if (isPastedKey(text)) return false;
  return EXTENSION.test(text) || (/[/\\]/.test(text) && !LONG_NAME.test(text));
}
