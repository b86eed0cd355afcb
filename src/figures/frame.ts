import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { LineStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'

/** A line of the legend. */
export interface LegendEntry extends LineStyle {
  readonly name: string
}

export interface Frame extends Required<FigureOptions> {
  readonly legend: readonly LegendEntry[]
  /** What the axes measure, with the unit: x below the middle of its axis, y above its own. */
  readonly labels: { readonly x: string; readonly y: string }
  /** Scales and marks for Plot. */
  readonly plot: Plot.PlotOptions
}

const titleHeight = 22
const legendRowHeight = 17
const legendSample = 26
const yLabelShift = -40

/** Draws a plot with title, legend and alternative text as one SVG, without a browser; the same input gives the same text. */
export function frame({ title, description, width, height, legend, labels, plot }: Frame): string {
  const columns = legend.every(({ name }) => textWidth(name) + legendSample + 12 < width / 2) ? 2 : 1
  const legendHeight = Math.ceil(legend.length / columns) * legendRowHeight
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg = Plot.plot({
    document,
    className: 'steradian-plot',
    width,
    height,
    marginTop: titleHeight + legendHeight + 30,
    marginLeft: 44,
    marginRight: 14,
    marginBottom: 40,
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
    const y = titleHeight + Math.floor(i / columns) * legendRowHeight + 9
    const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
    return `<path d="M${x},${y}h${legendSample - 6}" fill="none" stroke="${colour}" stroke-width="2.2"${dash} /><text x="${x + legendSample}" y="${y + 4}">${escapeText(name)}</text>`
  })
  const head = `<text y="12" font-size="13.5" font-weight="600">${escapeText(title)}</text>`
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

/** About how wide a text is at 12 pixels, for there is no browser to ask. */
function textWidth(text: string): number {
  return 6.4 * text.length
}

/** Rounds the coordinates to a hundredth of a pixel: what is finer is not seen and makes the file three times as long. */
function tidy(svg: string): string {
  return svg.replace(/ (d|transform|points|x|y|x1|x2|y1|y2|cx|cy|width|height)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100)),
  )
}
