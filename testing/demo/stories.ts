import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { isRecord } from '../../domain/validation.js';
import { storyNumber, orderStorySchema, serviceStorySchema, type Story } from './story-schema.js';
import { faultsOf } from './story-rules.js';

/** A file of orders that cannot be played; every fault is listed with its line. */
class StoriesError extends Error {
  override readonly name = 'StoriesError';
  readonly exitCode = 2;
}

/** What a line holds: a story, or what is wrong with it. */
type Line = { readonly story: Story } | { readonly faults: readonly string[] };

/** Reads a JSON Lines file of orders and service orders. @throws StoriesError */
export function readStories(file: string): Story[] {
  const faults: string[] = [];
  const stories: Story[] = [];
  const numbers = new Set<string>();
  for (const [index, text] of linesOf(file).entries()) {
    if (text.trim() === '') continue;
    const line = readLine(text, numbers);
    if ('story' in line) stories.push(line.story);
    else faults.push(...line.faults.map((fault) => `line ${index + 1}: ${fault}`));
  }
  if (stories.length === 0 && faults.length === 0) faults.push('there is no order in it');
  if (faults.length > 0)
    throw new StoriesError(`${file} cannot be played:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return stories;
}

/** @param numbers those of the lines before, to which this one's is added */
function readLine(text: string, numbers: Set<string>): Line {
  const value = parseJson(text);
  if (!isRecord(value)) return { faults: ['is not a JSON object'] };
  const isOrder = 'outTradeNo' in value;
  if (isOrder === 'outOrderNo' in value) {
    return { faults: ['must have outTradeNo, for an order, or outOrderNo, for a PayScore service order'] };
  }
  const line = isOrder ? readAs(orderStorySchema, SOUND_ORDER, value) : readAs(serviceStorySchema, SOUND_RENTAL, value);
  if ('faults' in line) return line;
  const number = storyNumber(line.story);
  if (numbers.has(number)) return { faults: [`the order number ${number} is there twice`] };
  numbers.add(number);
  return line;
}

/** Replaces fields of a wrong form, so that the rules can still be checked on the other fields. */
const SOUND_ORDER = {
  outTradeNo: 'SOUND-ORDER',
  amount: { total: 1, currency: 'HKD' },
  createdAgo: '6m',
  payWithin: '5m',
  expect: 'closed',
};
const SOUND_RENTAL = { outOrderNo: 'SOUND-RENTAL', cancel: [{ after: '0s', reason: 'sound' }], expect: 'cancelled' };

function readAs(schema: z.ZodType<Story>, sound: object, value: object): Line {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const wrong = issues.flatMap((issue) => (issue.path.length === 0 ? keysOf(issue) : [String(issue.path[0])]));
    const right = Object.entries(value).filter(([field]) => !wrong.includes(field));
    const rest = schema.safeParse({ ...sound, ...Object.fromEntries(right) });
    return { faults: [...issues.flatMap(issueFaults), ...(rest.success ? faultsOf(rest.data) : [])] };
  }
  const faults = faultsOf(parsed.data);
  return faults.length > 0 ? { faults } : { story: parsed.data };
}

function keysOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

function issueFaults(issue: z.core.$ZodIssue): string[] {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [`${path.join('.')} ${message}`];
  return keysOf(issue).map((key) => `${[...path, key].join('.')} is not a known field; check its spelling`);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    throw new StoriesError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
