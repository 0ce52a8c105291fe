export interface Look {
  /** How many columns the terminal has. */
  readonly width: number;
  /** The cell that is cut short where a line would be wider than that. */
  readonly elastic: number;
}

const INDENT = '  ';
const GAP = '  ';

/** The narrowest that the elastic column gets: below that a line is wider than the terminal. */
const NARROWEST = 8;

/** Lines of aligned cells, the first row of which is the head. */
export function table(rows: readonly (readonly string[])[], { width, elastic }: Look): string[] {
  const natural = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const whole = INDENT.length + natural.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
  const room = Math.max(NARROWEST, (natural[elastic] ?? 0) - Math.max(0, whole - width));
  const widths = natural.map((each, column) => (column === elastic ? Math.min(each, room) : each));
  return rows.map(
    (row) =>
      INDENT +
      row
        .map((cell, column) => fit(cell, widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
  );
}

function fit(cell: string, width: number): string {
  return cell.length <= width ? cell.padEnd(width) : `${cell.slice(0, width - 1)}…`;
}
