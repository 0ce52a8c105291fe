/** The updates that a page offers, read as an operator reads them: a name, and a JSON to be copied. */
export function updatesIn(details: string): Record<string, unknown> {
  const found = details.matchAll(/^- `(\w+)`[:：][^\n]*\n\n {2}```json\n {2}(.*)\n {2}```$/gm);
  return Object.fromEntries([...found].map(([, name = '', json = '']) => [name, JSON.parse(json) as unknown]));
}

/** The words of a page, without what belongs to no language: code, names of the UI, and time zones. */
export function wordsIn(details: string): string {
  return details
    .replace(/```json\n.*\n *```/g, '')
    .replace(/(`+)[^`].*?\1(?!`)/g, '')
    .replace(/Temporal UI|Send an Update|Request Cancellation|Request-ID|JSON|APIv?\d?|appid|service id|服务 ID/g, '')
    .replace(/[A-Z]{3} [\d.]+|\((?:[A-Z]\w+\/\w+|v3-global|v3|v2)\)|（(?:v3-global|v3|v2)）/g, '');
}

/**
 * Temporal UI passes the page to its renderer in a URL, and 8 kB is the longest request line that common proxies take.
 */
export const MAX_PAGE_IN_URL = 7_500;

/**
 * What is meant to be bold and is not: CommonMark ends nothing between a punctuation mark and a letter, as in
 * `**原因：**最近`.
 */
export function brokenBold(details: string): string[] {
  return details.split('\n').flatMap((line) => {
    const parts = line.split('**');
    if (parts.length % 2 === 0) return [line];
    return parts.filter((bold, index) => {
      const next = parts[index + 1] ?? '';
      return index % 2 === 1 && (/^\s|\s$/.test(bold) || (/\p{P}$/u.test(bold) && /^[^\s\p{P}]/u.test(next)));
    });
  });
}
