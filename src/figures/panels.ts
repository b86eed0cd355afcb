import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { svgText } from './frame.ts'

export interface PanelsOptions extends FigureOptions {
  /** How many stand side by side. */
  columns?: number
  /** Pixels between two. */
  gap?: number
}

const titleHeight = 26

/**
 * Several figures as one, row by row, each with its own title under that of the whole; what they say in words is joined.
 * A column is as wide as the widest, a row as tall as its tallest. With `width` the whole is shown that wide.
 */
export function panels(
  figures: readonly string[],
  { title = '', description, columns = 2, gap = 18, width }: Omit<PanelsOptions, 'height'> = {},
): string {
  const drawn = figures.map(readSvg)
  const across = Math.min(columns, Math.max(1, drawn.length))
  const w = Math.max(0, ...drawn.map((d) => d.width))
  const natural = across * w + (across - 1) * gap
  const tops = [title === '' ? 0 : titleHeight]
  for (let i = 0; i < drawn.length; i += across)
    tops.push(tops.at(-1)! + Math.max(...drawn.slice(i, i + across).map((d) => d.height)) + gap)
  const tall = Math.max(0, tops.at(-1)! - gap)
  const parts = drawn.map(({ content }, i) => {
    const [x, y] = [(i % across) * (w + gap), tops[Math.floor(i / across)]!]
    return `<g transform="translate(${x},${y})">${content}</g>`
  })
  const head = title === '' ? '' : `<text y="13" font-size="15" font-weight="600">${escapeText(title)}</text>`
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
  return width === undefined ? told : scaled(told, width)
}

/** An SVG shown at another width, its drawing unchanged. */
function scaled(svg: string, width: number): string {
  return svg.replace(/ width="([\d.]+)" height="([\d.]+)"/, (_, w: string, h: string) => {
    return ` width="${width}" height="${Math.round((Number(h) * width) / Number(w))}"`
  })
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
