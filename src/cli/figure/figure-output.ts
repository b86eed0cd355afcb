import { UsageError } from '../../errors.ts'
import { type Palette, standalone } from '../../figures/index.ts'
import type { DrawnFigure } from './figure-entry.ts'
import { withFont } from './figure-font.ts'
import { figurePage } from './figure-page.ts'
import { pngOf } from './figure-png.ts'

export type FigureFormat = 'svg' | 'png' | 'html' | 'csv'
const formats: readonly FigureFormat[] = ['svg', 'png', 'html', 'csv']

export interface FigureOutput {
  /** Where none was asked for a page follows the reader's machine; the others are light. */
  readonly palette?: Palette | undefined
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

/** A drawn figure as the content of a file. @throws UsageError for a PNG that is too large */
export async function figureFile(
  drawn: DrawnFigure,
  format: FigureFormat,
  { palette, density }: FigureOutput,
): Promise<string | Uint8Array> {
  if (format === 'csv') return drawn.csv
  if (format === 'html') return figurePage(drawn, { palette })
  const svg = standalone(drawn.svg, palette)
  return format === 'png' ? pngOf(svg, density) : withFont(svg)
}
