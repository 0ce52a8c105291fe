import { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/messages/orders.js';
import { credentialsRefused, type TemporalConnection } from './connect.js';
import { isCredentialsRefusal, isInvalidArgument, isNotFound, isNotOffered } from './connection-faults.js';
import { EXIT_CODES, ExitError } from '../process/exit-codes.js';
import { missingSearchAttributes, nameAndType, registerSearchAttributes } from './search-attributes.js';

/** The namespace is not there, or lacks what the worker writes. */
export class SetupMissingError extends ExitError {
  override readonly name = 'SetupMissingError';
  override readonly exitCode = EXIT_CODES.setupMissing;
}

/**
 * Makes sure that orders can be watched in the namespace.
 *
 * @throws SetupMissingError, ConnectionError with what to do
 */
export async function checkSetup(temporal: TemporalConnection): Promise<void> {
  const missing = await missingFrom(temporal);
  if (missing.length === 0) return;
  throw new SetupMissingError(
    `The namespace ${temporal.namespace} lacks the search attributes ${missing.join(', ')}, or has them with another type.\n` +
      'Run the setup command once (npm run setup). If a type is wrong, remove that attribute first.',
  );
}

/**
 * Registers the search attributes that the namespace lacks. Doing it again changes nothing.
 *
 * @returns the names of what was registered
 * @throws SetupMissingError where that is not possible over this connection, with what to run; ConnectionError
 */
export async function setUp(temporal: TemporalConnection): Promise<readonly string[]> {
  const { connection, namespace } = temporal;
  try {
    const registered = await registerSearchAttributes(connection, namespace);
    await checkSetup(temporal);
    return registered;
  } catch (error) {
    if (isNotFound(error)) throw noNamespace(temporal);
    if (!isNotOffered(error)) throw error;
    const missing = await missingByVisibility(temporal);
    if (missing.length === 0) return [];
    throw new SetupMissingError(
      `Search attributes of ${namespace} cannot be registered over this connection, as on Temporal Cloud. Run:\n` +
        SEARCH_ATTRIBUTES.map(({ name, type }) => tcld(namespace, `${name}=${CLOUD_TYPES[type]}`)).join('\n'),
    );
  }
}

const CLOUD_TYPES = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

function tcld(namespace: string, attribute: string): string {
  return `  tcld namespace search-attributes add --namespace ${namespace} --search-attribute "${attribute}"`;
}

async function missingFrom(temporal: TemporalConnection): Promise<readonly string[]> {
  try {
    return await missingSearchAttributes(temporal.connection, temporal.namespace);
  } catch (error) {
    if (isNotFound(error)) throw noNamespace(temporal);
    if (!isNotOffered(error)) throw error;
    return missingByVisibility(temporal);
  }
}

/** Where search attributes cannot be listed, a query shows whether they are known; their types are not told apart. */
async function missingByVisibility({ connection, namespace, address }: TemporalConnection): Promise<readonly string[]> {
  const { workflow } = new Client({ connection, namespace });
  const missing: string[] = [];
  for (const attribute of SEARCH_ATTRIBUTES) {
    try {
      await workflow.count(`${attribute.name} IS NOT NULL`);
    } catch (error) {
      if (isCredentialsRefusal(error)) throw credentialsRefused(address, namespace);
      if (!isInvalidArgument(error)) throw error;
      missing.push(nameAndType(attribute));
    }
  }
  return missing;
}

function noNamespace({ address, namespace }: TemporalConnection): SetupMissingError {
  return new SetupMissingError(
    `The Temporal server at ${address} has no namespace ${namespace}.\n` +
      `Is TEMPORAL_NAMESPACE (or the TOML profile) right? To make it: temporal operator namespace create --namespace ${namespace}`,
  );
}
