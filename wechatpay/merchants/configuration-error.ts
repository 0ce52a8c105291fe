/** A configuration that the process cannot run with. Every fault is listed; none of them quotes a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    readonly what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  }
}
