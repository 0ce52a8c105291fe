/** Says something to who listens. A logger that throws is no reason to look at no file and download no key any more. */
export function say(saying: () => void): void {
  try {
    saying();
  } catch {
    // There is nobody left to tell.
  }
}
