import { ConfigurationError } from '../wechatpay/merchants/configuration-error.js';

/** Reads one part of a configuration; `undefined` where it has faults, which are kept. */
type Attempt = <T>(read: () => T) => T | undefined;

/**
 * Reads all parts of a configuration, and only then complains.
 *
 * @param what cannot be done, where more than one part has faults
 * @param read reads every part; `undefined` where one of them is not there
 * @throws ConfigurationError that lists the faults of all parts
 */
export function gathered<T>(what: string, read: (attempt: Attempt) => T | undefined): T {
  const errors: ConfigurationError[] = [];
  const result = read((part) => {
    try {
      return part();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      errors.push(error);
      return undefined;
    }
  });
  if (result !== undefined && errors.length === 0) return result;
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) throw first;
  throw new ConfigurationError(
    what,
    errors.flatMap((error) => error.faults.map((fault) => `${error.what} ${fault}`)),
  );
}
