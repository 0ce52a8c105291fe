import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseDuration } from '../domain/time.js';

const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: "must be a duration such as '5m20s'" });
  return z.NEVER;
});

const storySchema = z.strictObject({
  /** Completed with the number of the run, so that a demo can be played again on the same server. */
  outTradeNo: z.string().regex(/^[0-9A-Za-z_-]{1,24}$/, 'must be 1 to 24 of 0-9 A-Z a-z _ -'),
  amount: z.strictObject({ total: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }),
  /** How long ago the order was created: the sandbox keeps the 5 minutes, so a demo cannot wait for them. */
  createdAgo: duration,
  payWithin: duration,
  /** When the shopper pays, counted from the start, and whether WeChat Pay's notice of it arrives. */
  shopper: z.strictObject({ paysAfter: duration, noticeArrives: z.boolean() }).optional(),
  /** The checkout asks for the close, because the order is placed anew under another number. */
  closeNow: z.strictObject({ after: duration, replacedBy: z.string() }).optional(),
  /** How WeChat Pay misbehaves. */
  wechatpay: z
    .array(
      z.strictObject({
        what: z.enum(['systemError', 'loseAnswer', 'signWrongly', 'payFirst']),
        on: z.enum(['query', 'close']),
        times: z.int().positive().default(1),
      }),
    )
    .default([]),
  expect: z.enum(['paid', 'closed', 'never-existed']),
});

/** One order of the demo, and what happens to it. */
export type Story = z.infer<typeof storySchema>;

/** A file of orders that cannot be played; every fault is listed with its line. */
export class StoriesError extends Error {
  override readonly name = 'StoriesError';
}

/** Reads a JSON Lines file of orders. @throws StoriesError */
export function readStories(file: string): Story[] {
  const faults: string[] = [];
  const stories: Story[] = [];
  for (const [index, line] of linesOf(file).entries()) {
    if (line.trim() === '') continue;
    const parsed = storySchema.safeParse(parseJson(line));
    if (parsed.success) stories.push(parsed.data);
    else
      faults.push(...parsed.error.issues.map(({ path, message }) => `line ${index + 1}: ${path.join('.')} ${message}`));
  }
  faults.push(...repeated(stories).map((number) => `the order number ${number} is there twice`));
  if (stories.length === 0 && faults.length === 0) faults.push('there is no order in it');
  if (faults.length > 0)
    throw new StoriesError(`${file} cannot be played:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return stories;
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

function repeated(stories: readonly Story[]): string[] {
  const numbers = stories.map(({ outTradeNo }) => outTradeNo);
  return numbers.filter((number, index) => numbers.indexOf(number) !== index);
}
