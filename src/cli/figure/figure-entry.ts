import type { Command } from 'commander'

/** A figure that is drawn, with its numbers. */
export interface DrawnFigure {
  /** As the functions of `figures` give it, its colours left to the page (`var(--line-1, …)`, `currentColor`). */
  readonly svg: string
  /** The numbers that it shows: a line of names, then the rows (`csvText`). */
  readonly csv: string
  /** What an HTML page shows in place of the SVG, where a page can do more: content of the body, with its own script. */
  readonly html?: string
  /** What the reader should be told: points that were left out, say. A line each. */
  readonly notes?: readonly string[]
}

/** What a figure is drawn from. */
export interface FigureRequest<Flags = Record<string, unknown>> {
  /** What stands on the command line without an option, in order. */
  readonly args: readonly string[]
  /** The figure's own options. */
  readonly flags: Flags
  /** What was asked of the picture, in CSS pixels; spread it into the options of a figure. */
  readonly look: { readonly title?: string; readonly width?: number }
}

/** A figure of `steradian figure`. */
export interface FigureEntry {
  readonly name: string
  /** What it shows, for `--list` and its help. */
  readonly shows: string
  /** Adds the arguments and options of its own; not `--out`, `--title`, `--width`, `--density` and `--dark`, which all have. */
  readonly addOptions?: (command: Command) => unknown
  /** @throws UsageError, DataError */
  readonly draw: (request: FigureRequest) => DrawnFigure | Promise<DrawnFigure>
}

/** A figure with its flags typed as its options parse them. */
export function figureEntry<Flags>(
  entry: Omit<FigureEntry, 'draw'> & {
    readonly draw: (request: FigureRequest<Flags>) => DrawnFigure | Promise<DrawnFigure>
  },
): FigureEntry {
  return { ...entry, draw: (request) => entry.draw(request as FigureRequest<Flags>) }
}

/**
 * Rows as CSV under a line of names. Numbers are the shortest that read back to the same float64; one that is not finite, or
 * missing, leaves its field empty.
 */
export function csvText(
  columns: readonly string[],
  rows: Iterable<readonly (number | string | undefined)[]>,
): string {
  const lines = [columns.join(',')]
  for (const row of rows) lines.push(row.map(field).join(','))
  return `${lines.join('\n')}\n`
}

function field(value: number | string | undefined): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = value ?? ''
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
