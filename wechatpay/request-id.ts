/**
 * The `Request-ID` of an answer, which WeChat Pay's support asks for. It is kept only in the form that one has, so that
 * the header of an unknown sender brings nothing else into a history.
 */
export function requestIdOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : null;
}
