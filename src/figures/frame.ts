import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { LineStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { shortened, textWidth, wrapText } from './text-fit.ts'

/** A line of the legend. */
export interface LegendEntry extends LineStyle {
  readonly name: string
}

export interface Frame extends Required<FigureOptions> {
  readonly legend: readonly LegendEntry[]
  /** Rows that it has room for at least. */
  readonly legendRows?: number
  /** What the axes measure, with the unit: x below the middle of its axis, y above its own. */
  readonly labels: { readonly x: string; readonly y: string }
  /** Scales and marks for Plot. */
  readonly plot: Plot.PlotOptions
}

const titleHeight = 22
const titleRowHeight = 17
const legendRowHeight = 17
const legendSample = 26
const yLabelShift = -40
const marginBottom = 40
const leastPlotHeight = 90

/**
 * Draws a plot with title, legend and alternative text as one SVG, without a browser; the same input gives the same text. A
 * title that is too long is broken into lines, a name of the legend loses its middle. Where these leave the plot too little
 * of the height the figure is taller than asked for.
 */
export function frame({
  title,
  description,
  width,
  height: wanted,
  legend,
  legendRows = 0,
  labels,
  plot,
}: Frame): string {
  const titles = wrapText(title, width, { size: 13.5 })
  const columns = legend.every(({ name }) => textWidth(name) + legendSample + 12 < width / 2) ? 2 : 1
  const legendTop = titleHeight + (titles.length - 1) * titleRowHeight
  const rows = Math.max(legendRows, Math.ceil(legend.length / columns))
  const marginTop = legendTop + rows * legendRowHeight + 30
  const least = Math.min(leastPlotHeight, wanted - titleHeight - 30 - marginBottom)
  const height = Math.max(wanted, marginTop + least + marginBottom)
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg = Plot.plot({
    document,
    className: 'steradian-plot',
    width,
    height,
    marginTop,
    marginLeft: 44,
    marginRight: 14,
    marginBottom,
    style: { fontSize: '12px' },
    ...plot,
    x: { ...plot.x, label: null },
    y: { ...plot.y, label: null },
    marks: [
      ...(plot.marks ?? []),
      Plot.text([labels.x], { frameAnchor: 'bottom', lineAnchor: 'bottom', dy: 36 }),
      Plot.text([labels.y], { frameAnchor: 'top-left', lineAnchor: 'bottom', dx: yLabelShift, dy: -9 }),
    ],
  })
  svg.querySelector('style')?.remove()
  const entries = legend.map(({ name, colour, dashes }, i) => {
    const x = (i % columns) * (width / 2)
    const y = legendTop + Math.floor(i / columns) * legendRowHeight + 9
    const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
    return `<path d="M${x},${y}h${legendSample - 6}" fill="none" stroke="${colour}" stroke-width="2.2"${dash} /><text x="${x + legendSample}" y="${y + 4}">${escapeText(shortened(name, width / columns - legendSample))}</text>`
  })
  const head = titleText(titles, { size: 13.5, top: 12, rowHeight: titleRowHeight })
  return svgText({ title, description, width, height }, [
    `<g text-anchor="start" font-size="12">${head}${entries.join('')}</g>`,
    `<g text-anchor="middle" font-size="12">${tidy(svg.innerHTML)}</g>`,
  ])
}

/** An SVG of a size with its alternative text; `parts` are SVG already. */
export function svgText(
  { title, description, width, height }: Required<FigureOptions>,
  parts: readonly string[],
): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" fill="currentColor">`
  const names = `<title>${escapeText(title)}</title><desc>${escapeText(description)}</desc>`
  return `${open}${names}${parts.join('')}</svg>`
}

/** The lines of a title as bold text, the first at `top`. */
export function titleText(
  lines: readonly string[],
  { size, top, rowHeight }: { readonly size: number; readonly top: number; readonly rowHeight: number },
): string {
  return lines
    .map(
      (line, i) =>
        `<text y="${top + i * rowHeight}" font-size="${size}" font-weight="600">${escapeText(line)}</text>`,
    )
    .join('')
}

/** A figure shown at another width, its drawing unchanged. */
export function scaledTo(svg: string, width: number | undefined): string {
  if (width === undefined) return svg
  return svg.replace(/ width="([\d.]+)" height="([\d.]+)"/, (_, w: string, h: string) => {
    return ` width="${width}" height="${Math.round((Number(h) * width) / Number(w))}"`
  })
}

/** Rounds the coordinates to a hundredth of a pixel: what is finer is not seen and makes the file three times as long. */
function tidy(svg: string): string {
  return svg.replace(/ (d|transform|points|x|y|x1|x2|y1|y2|cx|cy|width|height)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100)),
  )
}
