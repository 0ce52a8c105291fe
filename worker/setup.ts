import { Client, type Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/messages/orders.js';
import {
  credentialsRefused,
  isCredentialsRefusal,
  isInvalidArgument,
  isNotFound,
  isNotOffered,
  type TemporalConnection,
} from './connect.js';
import { EXIT_CODES, ExitError } from '../process/exit.js';

type OperatorConnection = Pick<Connection | NativeConnection, 'operatorService'>;

const { IndexedValueType } = proto.temporal.api.enums.v1;

const TYPES = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const satisfies Record<(typeof SEARCH_ATTRIBUTES)[number]['type'], number>;

/** As `WxpayState (KEYWORD)`. */
function nameAndType({ name, type }: (typeof SEARCH_ATTRIBUTES)[number]): string {
  return `${name} (${type})`;
}

/** Registers the search attributes that are missing. @returns their names */
export async function registerSearchAttributes(connection: OperatorConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
  if (missing.length > 0) await addSearchAttributes(connection, namespace, missing);
  return missing.map(({ name }) => name);
}

/** Registers search attributes that the namespace does not have. */
export async function addSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
  attributes: readonly (typeof SEARCH_ATTRIBUTES)[number][] = SEARCH_ATTRIBUTES,
): Promise<void> {
  const searchAttributes = Object.fromEntries(attributes.map(({ name, type }) => [name, TYPES[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** There is no such namespace, or it lacks the search attributes that the worker writes. */
export class SetupMissingError extends ExitError {
  override readonly name = 'SetupMissingError';
  override readonly exitCode = EXIT_CODES.setupMissing;
}

/**
 * Checks that the namespace exists and has the search attributes.
 *
 * @throws SetupMissingError, ConnectionError with what to do
 */
export async function checkSetup(temporal: TemporalConnection): Promise<void> {
  const missing = await missingFrom(temporal);
  if (missing.length === 0) return;
  throw new SetupMissingError(
    `The namespace ${temporal.namespace} ${lacking(missing)}.\n` +
      'Run the setup command once (wechatpay-orders setup). If a type is wrong, remove that attribute first.',
  );
}

/**
 * Registers the search attributes that the namespace lacks.
 *
 * @returns their names
 * @throws SetupMissingError with the commands to run if that is not possible over this connection; ConnectionError
 */
export async function setUp(temporal: TemporalConnection): Promise<readonly string[]> {
  const { connection, namespace } = temporal;
  if ((await missingFrom(temporal)).length === 0) return [];
  const registered = await registerSearchAttributes(connection, namespace).catch((error: unknown): never => {
    if (!isNotOffered(error)) throw error;
    throw new SetupMissingError(
      `Search attributes of ${namespace} cannot be registered over this connection, as on Temporal Cloud. Run:\n` +
        SEARCH_ATTRIBUTES.map(({ name, type }) => tcld(namespace, `${name}=${CLOUD_TYPES[type]}`)).join('\n'),
    );
  });
  await checkSetup(temporal);
  return registered;
}

const CLOUD_TYPES = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;

function tcld(namespace: string, attribute: string): string {
  return `  tcld namespace search-attributes add --namespace ${namespace} --search-attribute "${attribute}"`;
}

/** What is wrong with a namespace that lacks search attributes, as the end of a sentence. */
export function lacking(missing: readonly string[]): string {
  return `lacks the search attributes ${missing.join(', ')}, or has them with another type`;
}

/**
 * The search attributes that the namespace lacks, or has with another type, as `WxpayState (KEYWORD)`.
 *
 * @throws SetupMissingError if there is no such namespace; ConnectionError
 */
export async function missingFrom(temporal: TemporalConnection): Promise<readonly string[]> {
  const { connection, namespace } = temporal;
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return SEARCH_ATTRIBUTES.filter(({ name, type }) => customAttributes[name] !== TYPES[type]).map(nameAndType);
  } catch (error) {
    if (isNotFound(error)) throw noNamespace(temporal);
    if (!isNotOffered(error)) throw error;
    return missingByVisibility(temporal);
  }
}

/** Used if search attributes cannot be listed. A query shows whether they exist, but not their types. */
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
      `Is TEMPORAL_NAMESPACE (or the TOML profile) right? To create it: temporal operator namespace create --namespace ${namespace}`,
  );
}
