import { parseDocument } from 'yaml';
import { z } from 'zod';
import { checkedBy, type Configured, type ConfigurationFault } from './faults.js';
import { tried } from './file-kind.js';
import type { FilesRead } from './files.js';

/** A YAML file that a process is configured with. */
export interface YamlFile<T> {
  readonly path: string;
  /** What cannot be used if it has a fault: a sentence without its end. */
  readonly what: string;
  readonly schema: z.ZodType<T>;
}

/** Reads a YAML file and checks it as a whole. Nothing of its values is in a fault. @param files learns that it was read */
export function readYaml<T>({ path, what, schema }: YamlFile<T>, files: FilesRead): Configured<T> {
  const bad = (...faults: Pick<ConfigurationFault, 'where' | 'rule'>[]): Configured<never> => ({
    ok: false,
    faults: faults.map((each) => ({ what, ...each })),
  });
  const bytes = files.bytes(path);
  if (typeof bytes === 'string') return bad({ where: '', rule: bytes });
  const document = parseDocument(bytes.toString('utf8'));
  const { errors } = document;
  if (errors.length > 0)
    return bad(
      ...errors.map(({ code, linePos }) => ({
        where: `line ${linePos?.[0].line ?? '?'}`,
        rule: `not valid YAML (${code})`,
      })),
    );
  const content = tried(() => ({ value: document.toJS() as unknown }));
  if (content === undefined) return bad({ where: '', rule: 'not valid YAML: an alias or a tag cannot be resolved' });
  return checkedBy(schema, what, content.value, typeFault);
}

/**
 * What a value of a wrong type must be; nothing of it is repeated. This is the error map of a parse, for the rules without a
 * message of their own.
 */
function typeFault(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  const { expected, input } = issue;
  if (input === undefined) return 'must be there';
  if (input === null) return 'must not be empty';
  if (expected === 'array') return 'must be a list';
  if (expected !== 'string') return 'must have fields of its own';
  if (typeof input === 'number') return 'must be in quotes: without them YAML reads a number';
  return typeof input === 'boolean' ? 'must be in quotes: without them YAML reads true or false' : 'must be one text';
}

const FIELD_NAME = /^[A-Za-z][0-9A-Za-z]{0,19}$/;

/** An object with these fields and no others. An unknown field is named only if it looks like a name. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const names = issue.keys.filter((name) => FIELD_NAME.test(name));
      return ['has a field that is not known', ...(names.length > 0 ? [names.join(', ')] : [])].join(': ');
    },
  });
}
