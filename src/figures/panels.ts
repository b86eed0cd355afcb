import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { wrapText } from './text-fit.ts'

export interface PanelsOptions extends FigureOptions {
  /** How many stand side by side. */
  columns?: number
  /** Whether a row belongs together: where it does not fit, its panels stand one under the other. */
  isRow?: boolean
  /** Pixels between two. */
  gap?: number
}

const titleHeight = 26
const titleRowHeight = 19
/** Text of 12 pixels has more than 7 at this scale; a smaller one cannot be read. */
const leastScale = 0.6

/** How many columns of a natural width may stand side by side so that, shown at `width`, they can be read; at least one. */
export function columnsWithin(
  width: number | undefined,
  { columns, column, gap }: { readonly columns: number; readonly column: number; readonly gap: number },
): number {
  if (width === undefined) return columns
  let across = columns
  while (across > 1 && width < leastScale * (across * (column + gap) - gap)) across--
  return across
}

/**
 * Several figures as one, row by row, each with its own title under that of the whole; what they say in words is joined.
 * A column is as wide as the widest, a row as tall as its tallest. With `width` the whole is shown that wide, with fewer
 * columns where so many would be too small to read.
 */
export function panels(
  figures: readonly string[],
  {
    title = '',
    description,
    columns = 2,
    isRow = false,
    gap = 18,
    width,
  }: Omit<PanelsOptions, 'height'> = {},
): string {
  const drawn = figures.map(readSvg)
  const w = Math.max(0, ...drawn.map((d) => d.width))
  const most = Math.min(columns, Math.max(1, drawn.length))
  const fitting = columnsWithin(width, { columns: most, column: w, gap })
  const across = isRow && fitting < most ? 1 : fitting
  const natural = across * w + (across - 1) * gap
  const titles = title === '' ? [] : wrapText(title, natural, { size: 15 })
  const tops = [titles.length === 0 ? 0 : titleHeight + (titles.length - 1) * titleRowHeight]
  for (let i = 0; i < drawn.length; i += across)
    tops.push(tops.at(-1)! + Math.max(...drawn.slice(i, i + across).map((d) => d.height)) + gap)
  const tall = Math.max(0, tops.at(-1)! - gap)
  const parts = drawn.map(({ content }, i) => {
    const [x, y] = [(i % across) * (w + gap), tops[Math.floor(i / across)]!]
    return `<g transform="translate(${x},${y})">${content}</g>`
  })
  const head = titleText(titles, { size: 15, top: 13, rowHeight: titleRowHeight })
  const words = drawn
    .map((d) => (d.title.trim() === '' ? d.description : `${d.title}: ${d.description}`))
    .join(' ')
  const svg = svgText(
    {
      title,
      description: description ?? '',
      width: natural,
      height: tall,
    },
    [head, ...parts],
  )
  // The words of the panels are escaped already.
  const told = description === undefined ? svg.replace('<desc></desc>', () => `<desc>${words}</desc>`) : svg
  return scaledTo(told, width)
}

/** An SVG of `svgText` taken apart; its words stay escaped. */
function readSvg(svg: string): {
  readonly title: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly content: string
} {
  const [all, width, height, title, description] =
    /^<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*><title>([^<]*)<\/title><desc>([^<]*)<\/desc>/.exec(
      svg,
    ) ?? []
  if (all === undefined) throw new TypeError('panels: expected an SVG of a figure')
  return {
    title: title!,
    description: description!,
    width: Number(width),
    height: Number(height),
    content: svg.slice(all.length, -'</svg>'.length),
  }
}
