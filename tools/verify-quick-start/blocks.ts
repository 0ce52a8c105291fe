import { ExitError } from '../../process/exit.js';

/** What a reader does with a block of the quick start, in the order of the document. */
export type Block = BlockText &
  (
    | { readonly kind: 'command' }
    /** A command that keeps running, in a terminal of its own. `until`: what it shows when the reader goes on. */
    | { readonly kind: 'running'; readonly until: string }
    | { readonly kind: 'file'; readonly name: string }
    /** What the block before has shown by then, or a terminal of its own shows. */
    | { readonly kind: 'seen' }
  );

interface BlockText {
  /** The line of its fence in the document. */
  readonly line: number;
  /** With a line break at its end. */
  readonly text: string;
}

/** The document is not one whose blocks can be run. */
export class BlockError extends ExitError {
  override readonly name = 'BlockError';
  override readonly exitCode = 1;
}

const MARKERS = 'quick-start: runs until "TEXT", quick-start: file NAME';
const FENCE = /^```(\w*)$/;
const MARKER = /^<!-- quick-start\b:?(.*)-->$/;

interface Marker {
  readonly line: number;
  readonly says: string;
}

/** The lines of a section, with their numbers in the document. What looks like a heading in a block is none. */
function linesOf(markdown: string, title: string): { readonly line: number; readonly text: string }[] {
  const lines = markdown.split('\n').map((text, index) => ({ line: index + 1, text }));
  let inBlock = false;
  let inSection = false;
  return lines.filter(({ text }) => {
    if (text.startsWith('```')) inBlock = !inBlock;
    if (!inBlock && text.startsWith('## ')) inSection = text === `## ${title}`;
    return inSection;
  });
}

/**
 * The blocks of a section, each with what its language and the marker before it say: `sh` is run, `text` is what is seen.
 *
 * @throws BlockError if there is no such section, or one of its blocks or markers cannot be understood
 */
export function blocksOf(markdown: string, title: string): Block[] {
  const lines = linesOf(markdown, title);
  if (lines.length === 0) throw new BlockError(`There is no section "${title}".`);
  const blocks: Block[] = [];
  let marker: Marker | undefined;
  let open: { readonly line: number; readonly language: string; readonly content: string[] } | undefined;
  for (const { line, text } of lines) {
    if (open !== undefined && /^```./.test(text)) throw unclosed(open);
    if (open !== undefined && text !== '```') {
      open.content.push(`${text}\n`);
    } else if (open !== undefined) {
      blocks.push(blockOf(open.language, { line: open.line, text: open.content.join('') }, marker));
      [open, marker] = [undefined, undefined];
    } else if (text.startsWith('```')) {
      open = { line, language: FENCE.exec(text)?.[1] ?? '', content: [] };
    } else if (text !== '') {
      if (marker !== undefined) throw new BlockError(`Line ${marker.line}: no block follows the marker.`);
      const [, says] = MARKER.exec(text) ?? [];
      if (says !== undefined) marker = { line, says: says.trim() };
    }
  }
  if (open !== undefined) throw unclosed(open);
  if (marker !== undefined) throw new BlockError(`Line ${marker.line}: no block follows the marker.`);
  return blocks;
}

function unclosed({ line }: { readonly line: number }): BlockError {
  return new BlockError(`Line ${line}: the block has no closing fence.`);
}

function blockOf(language: string, block: BlockText, marker: Marker | undefined): Block {
  if (marker === undefined) {
    if (language === 'sh') return { kind: 'command', ...block };
    if (language === 'text') return { kind: 'seen', ...block };
    throw new BlockError(`Line ${block.line}: a block that is neither sh nor text needs a marker: ${MARKERS}.`);
  }
  const [, until] = /^runs until "(.+)"$/.exec(marker.says) ?? [];
  if (until !== undefined && language === 'sh') return { kind: 'running', until, ...block };
  if (until !== undefined) throw new BlockError(`Line ${block.line}: only a block of sh can be run.`);
  const [, name] = /^file ([\w.-]+)$/.exec(marker.says) ?? [];
  if (name !== undefined) return { kind: 'file', name, ...block };
  throw new BlockError(`Line ${marker.line}: the marker "${marker.says}" is not known, only ${MARKERS}.`);
}
