import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TIMEOUT_THEN_CLOSE, type Row } from '../domain/timeout-then-close.js';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const BEGIN = '<!-- diagram of the state table, made by `npm run diagram` -->';
const END = '<!-- end of diagram -->';

const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;

/** How many phases a row must start from to be told in a note and not as an arrow from each. */
const ANY_PHASE = 5;

/** The state table as a Mermaid diagram. What can happen at any time is left to the table, so that arrows can be read. */
export function diagram(): string {
  const arrows = new Map<string, Set<string>>();
  for (const { from, on, to, when } of rows) {
    if (from.length >= ANY_PHASE) continue;
    const labels = on.map((trigger) => trigger.replace('close:', '') + (when === undefined ? '' : ` [${when}]`));
    for (const phase of from) {
      const arrow = `${phase} --> ${nodeOf(to)}`;
      arrows.set(arrow, new Set([...(arrows.get(arrow) ?? []), ...labels]));
    }
  }
  const lines = [...arrows].map(([arrow, triggers]) => `    ${arrow}: ${[...triggers].join(', ')}`);
  const ends = ['paid', 'closed', 'neverExisted', 'resolved', 'released'].map((end) => `    ${end} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', '    [*] --> awaitingPayment', ...lines, ...ends, '```'].join('\n');
}

function nodeOf(target: Row['to']): string {
  return target.replace('end:', '');
}

/** The README with the diagram as it is now. @throws Error where the README has lost the place for it */
export function withDiagram(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for the diagram: ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${diagram()}\n\n${readme.slice(end)}`;
}

export function readReadme(): string {
  return readFileSync(README, 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(README, withDiagram(readReadme()));
