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
 * All must be of one size. With `width` the whole is that wide.
 */
export function panels(
  figures: readonly string[],
  { title = '', description, columns = 2, gap = 18, width }: Omit<PanelsOptions, 'height'> = {},
): string {
  const drawn = figures.map(readSvg)
  const [w, h] = [Math.max(0, ...drawn.map((d) => d.width)), Math.max(0, ...drawn.map((d) => d.height))]
  const across = Math.min(columns, Math.max(1, drawn.length))
  const natural = across * w + (across - 1) * gap
  const rows = Math.ceil(drawn.length / across)
  const top = title === '' ? 0 : titleHeight
  const tall = top + rows * h + Math.max(0, rows - 1) * gap
  const parts = drawn.map(({ content }, i) => {
    const [x, y] = [(i % across) * (w + gap), top + Math.floor(i / across) * (h + gap)]
    return `<g transform="translate(${x},${y})">${content}</g>`
  })
  const head = title === '' ? '' : `<text y="13" font-size="15" font-weight="600">${escapeText(title)}</text>`
  const words = drawn.map((d) => `${d.title}: ${d.description}`).join(' ')
  const svg = svgText(
    {
      title: title || drawn.map((d) => d.title).join(', '),
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
