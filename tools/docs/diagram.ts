/** A row of a state table, as far as a diagram shows it. */
export interface DrawnRow {
  readonly from: readonly string[];
  readonly on: readonly string[];
  readonly when?: string;
  readonly to: string;
}

/** How a state table is drawn. */
export interface Drawing {
  readonly start: string;
  /** Phases that are drawn as one: each with the name of its node. A phase that is not here is a node of its own. */
  readonly nodes?: Readonly<Record<string, string>>;
  /** What is written on a node whose name does not say it. */
  readonly titles?: Readonly<Record<string, string>>;
  /** What is written on an arrow for a trigger. Several may be written alike; one that is not here keeps its name. */
  readonly words: Readonly<Partial<Record<string, string>>>;
  /** What is written instead if a row has this condition. */
  readonly conditions: Readonly<Partial<Record<string, string>>>;
  /** Rows that are described in a sentence and not drawn: from one of their phases, or all. */
  readonly leftOut: (row: DrawnRow, from: string) => boolean;
  /** A phase in which answers do what they do in another: only what ends the order, or is not drawn there, is drawn from it. */
  readonly asIn?: Readonly<Record<string, string>>;
  /** Nodes from which, and to which, arrows have no words, because a sentence has them. */
  readonly unspoken: { readonly from: readonly string[]; readonly to: readonly string[] };
}

/** A state table as a Mermaid diagram: an arrow for each pair of nodes. What leads back to if it was is not drawn. */
export function diagram(rows: readonly DrawnRow[], drawing: Drawing): string {
  const { start, titles = {} } = drawing;
  const arrows = new Map<string, Set<string>>();
  const ends = new Set<string>();
  const drawn = new Set<string>();
  for (const row of rows) {
    const to = nodeOf(row.to.replace('end:', ''), drawing);
    for (const from of sourcesOf(row, drawing)) {
      if (from === to) continue;
      if (row.to.startsWith('end:')) ends.add(to);
      drawn.add(from).add(to);
      const arrow = `${from} --> ${to}`;
      arrows.set(arrow, new Set([...(arrows.get(arrow) ?? []), ...wordsOf(row, from, to, drawing)]));
    }
  }
  const lines = [
    `[*] --> ${start}`,
    ...fromStart([...arrows], start).map(([arrow, words]) =>
      words.size === 0 ? arrow : `${arrow}: ${[...words].join('<br/>')}`,
    ),
    ...[...drawn].flatMap((node) => (titles[node] === undefined ? [] : [`state "${titles[node]}" as ${node}`])),
    ...[...ends].map((end) => `${end} --> [*]`),
  ];
  return ['```mermaid', SPACIOUS, 'stateDiagram-v2', ...lines.map((line) => `    ${line}`), '```'].join('\n');
}

/** Room for the words on the arrows. */
const SPACIOUS = '%%{init: {"state": {"nodeSpacing": 70, "rankSpacing": 70}}}%%';

function sourcesOf(row: DrawnRow, drawing: Drawing): Set<string> {
  const { asIn = {}, leftOut } = drawing;
  const isDrawnIn = (phase: string | undefined): boolean =>
    phase !== undefined && row.from.includes(phase) && !leftOut(row, phase);
  const shown = row.from.filter((phase) => {
    return isDrawnIn(phase) && (row.to.startsWith('end:') || !isDrawnIn(asIn[phase]));
  });
  return new Set(shown.map((phase) => nodeOf(phase, drawing)));
}

function nodeOf(phase: string, { nodes = {} }: Drawing): string {
  return nodes[phase] ?? phase;
}

/** The layout begins with what is first. */
function fromStart<Arrow extends readonly [string, unknown]>(arrows: readonly Arrow[], start: string): Arrow[] {
  const isFirst = ([arrow]: Arrow): boolean => arrow.startsWith(`${start} `);
  return [...arrows.filter(isFirst), ...arrows.filter((arrow) => !isFirst(arrow))];
}

/** What is written on an arrow. The name of the node that it leads to need not be. */
function wordsOf({ on, when }: DrawnRow, from: string, to: string, drawing: Drawing): string[] {
  const { words, conditions, unspoken } = drawing;
  if (unspoken.from.includes(from) || unspoken.to.includes(to)) return [];
  const condition = when === undefined ? undefined : conditions[when];
  const all = condition === undefined ? on.map((trigger) => words[trigger] ?? trigger) : [condition];
  return all.filter((word) => word !== to);
}
