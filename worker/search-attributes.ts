import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/messages/orders.js';

type OperatorConnection = Pick<Connection | NativeConnection, 'operatorService'>;

const { IndexedValueType } = proto.temporal.api.enums.v1;

const TYPES = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const satisfies Record<(typeof SEARCH_ATTRIBUTES)[number]['type'], number>;

/** The search attributes that the namespace lacks, or has with another type, as `Name (Type)`. */
export async function missingSearchAttributes(connection: OperatorConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter(({ name, type }) => customAttributes[name] !== TYPES[type]).map(nameAndType);
}

/** As `WxpayState (KEYWORD)`. */
export function nameAndType({ name, type }: (typeof SEARCH_ATTRIBUTES)[number]): string {
  return `${name} (${type})`;
}

/** Registers what is missing. Doing it again changes nothing. Returns the names of what was registered. */
export async function registerSearchAttributes(connection: OperatorConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
  if (missing.length > 0) await addSearchAttributes(connection, namespace, missing);
  return missing.map(({ name }) => name);
}

/** Registers search attributes that the namespace does not have yet. */
export async function addSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
  attributes: readonly (typeof SEARCH_ATTRIBUTES)[number][] = SEARCH_ATTRIBUTES,
): Promise<void> {
  const searchAttributes = Object.fromEntries(attributes.map(({ name, type }) => [name, TYPES[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}
