import { UsageError } from '../errors.ts'
import { type Palette, standalone } from '../figures/index.ts'
import type { DrawnFigure } from './figure-entry.ts'

export type FigureFormat = 'svg' | 'png' | 'html' | 'csv'
const formats: readonly FigureFormat[] = ['svg', 'png', 'html', 'csv']

export interface FigureOutput {
  readonly palette: Palette
  /** Pixels of a PNG for one CSS pixel. */
  readonly density: number
}

/** The format that a file's ending asks for, in small or capital letters. @throws UsageError */
export function formatOf(path: string): FigureFormat {
  const ending = /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase()
  const format = formats.find((name) => name === ending)
  if (!format)
    throw new UsageError(`--out: expected a file that ends in .svg, .png, .html or .csv, got ${path}`)
  return format
}

/** A drawn figure as the content of a file. */
export async function figureFile(
  drawn: DrawnFigure,
  format: FigureFormat,
  { palette }: FigureOutput,
): Promise<string | Uint8Array> {
  if (format === 'csv') return drawn.csv
  return standalone(drawn.svg, palette)
}
