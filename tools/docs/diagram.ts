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
  /** Phases that share a node, each with the name of its node. Any other phase is a node of its own. */
  readonly nodes?: Readonly<Record<string, string>>;
  /** Titles of nodes, if their names are not clear. */
  readonly titles?: Readonly<Record<string, string>>;
  /** The label of each trigger on an arrow. Several may have the same. Default: the trigger's name. */
  readonly labels: Readonly<Partial<Record<string, string>>>;
  /** The label of a row that has this condition, in place of its triggers. */
  readonly conditions: Readonly<Partial<Record<string, string>>>;
  /** Whether a row is not drawn from this phase, because a sentence on the page describes it. */
  readonly isLeftOut: (row: DrawnRow, from: string) => boolean;
  /**
   * Phases in which answers lead to the same phases as in another one. From such a phase only these arrows are drawn: to an
   * end, and for rows that are not drawn from the other one.
   */
  readonly sameAs?: Readonly<Record<string, string>>;
  /** Arrows from and to these nodes have no labels, because a sentence on the page describes them. */
  readonly unlabelled: { readonly from: readonly string[]; readonly to: readonly string[] };
}

/** A state table as a Mermaid diagram, with one arrow for each pair of nodes. Arrows from a node to itself are not drawn. */
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
      arrows.set(arrow, new Set([...(arrows.get(arrow) ?? []), ...labelsOf(row, from, to, drawing)]));
    }
  }
  const lines = [
    `[*] --> ${start}`,
    ...startFirst([...arrows], start).map(([arrow, labels]) =>
      labels.size === 0 ? arrow : `${arrow}: ${[...labels].join('<br/>')}`,
    ),
    ...[...drawn].flatMap((node) => (titles[node] === undefined ? [] : [`state "${titles[node]}" as ${node}`])),
    ...[...ends].map((end) => `${end} --> [*]`),
  ];
  return ['```mermaid', SPACIOUS, 'stateDiagram-v2', ...lines.map((line) => `    ${line}`), '```'].join('\n');
}

/** Leaves room for the labels of the arrows. */
const SPACIOUS = '%%{init: {"state": {"nodeSpacing": 70, "rankSpacing": 70}}}%%';

function sourcesOf(row: DrawnRow, drawing: Drawing): Set<string> {
  const { sameAs = {}, isLeftOut } = drawing;
  const isDrawnFrom = (phase: string | undefined): boolean =>
    phase !== undefined && row.from.includes(phase) && !isLeftOut(row, phase);
  const shown = row.from.filter((phase) => {
    return isDrawnFrom(phase) && (row.to.startsWith('end:') || !isDrawnFrom(sameAs[phase]));
  });
  return new Set(shown.map((phase) => nodeOf(phase, drawing)));
}

function nodeOf(phase: string, { nodes = {} }: Drawing): string {
  return nodes[phase] ?? phase;
}

/** The arrows from the start come first, because Mermaid lays out the first arrow first. */
function startFirst<Arrow extends readonly [string, unknown]>(arrows: readonly Arrow[], start: string): Arrow[] {
  const isFirst = ([arrow]: Arrow): boolean => arrow.startsWith(`${start} `);
  return [...arrows.filter(isFirst), ...arrows.filter((arrow) => !isFirst(arrow))];
}

/** The labels of a row's arrow. One that is the name of the node that it leads to is left out. */
function labelsOf({ on, when }: DrawnRow, from: string, to: string, drawing: Drawing): string[] {
  const { labels, conditions, unlabelled } = drawing;
  if (unlabelled.from.includes(from) || unlabelled.to.includes(to)) return [];
  const condition = when === undefined ? undefined : conditions[when];
  const all = condition === undefined ? on.map((trigger) => labels[trigger] ?? trigger) : [condition];
  return all.filter((label) => label !== to);
}
