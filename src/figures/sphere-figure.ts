import { ShapeError } from '../errors.ts'
import { type AngleCounts, angleStrip } from './angle-strip.ts'
import { ballPicture } from './ball-picture.ts'
import { circlePicture } from './circle-picture.ts'
import { type ClassPoints, directionsOf } from './class-points.ts'
import { genuineStyle, impostorStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { columnsWithin } from './panels.ts'
import { shortened, wrapText } from './text-fit.ts'

/** The points of one loss, with the angles of their pairs. */
export interface SpherePanel extends ClassPoints {
  readonly angles: AngleCounts & {
    /** The angle below which 99 % of the pairs within lie, and that above which 99 % of those between do. */
    readonly within99: number
    readonly between1: number
  }
  /** What else stands under the picture, a line each. */
  readonly notes?: readonly string[]
}

export interface SphereFigureOptions extends Omit<FigureOptions, 'height'> {
  /** Pictures side by side; by default up to four, fewer where so many could not be read at `width`. */
  columns?: number
}

const size = 232
const stripHeight = 46
const [gapX, gapY, leastWidth] = [18, 16, 360]

/**
 * Embeddings of two numbers on the circle or of three on the sphere, one picture a loss: points by class, prototypes, the
 * angles within and between classes as histograms, and the criterion of open-set recognition as numbers: the largest angle
 * within a class against the smallest between two. Rows without a direction are left out, and the words say so.
 * @throws ShapeError for other than two or three dimensions
 */
export function sphereFigure(
  panels: readonly SpherePanel[],
  {
    title = 'Embeddings on the hypersphere',
    description,
    width,
    columns = columnsWithin(width, {
      columns: Math.min(4, Math.max(1, panels.length)),
      column: size,
      gap: gapX,
    }),
  }: SphereFigureOptions = {},
): string {
  const lines = Math.max(0, ...panels.map(({ notes = [] }) => notes.length))
  const panelHeight = 20 + size + stripHeight + 22 + 34 + 15 * lines
  const across = Math.max(columns * (size + gapX) - gapX, leastWidth)
  const titles = wrapText(title, across, { size: 15 })
  const below = 19 * (titles.length - 1)
  const top = 46 + below
  const natural = {
    width: across,
    height: top + Math.ceil(panels.length / columns) * (panelHeight + gapY) - gapY,
  }
  const drawn = panels.map((panel, i) => {
    const x = (i % columns) * (size + gapX)
    const y = top + Math.floor(i / columns) * (panelHeight + gapY)
    return `<g transform="translate(${x},${y})">${panelPicture(panel, i)}</g>`
  })
  const head = titleText(titles, { size: 15, top: 13, rowHeight: 19 })
  const svg = svgText({ title, description: description ?? words(panels), ...natural }, [
    `<g font-size="12">${head}<g transform="translate(0,${below})">${legend()}</g>${drawn.join('')}</g>`,
  ])
  return scaledTo(svg, width)
}

function legend(): string {
  const entries = [
    { name: 'angles within a class', ...genuineStyle },
    { name: 'angles between classes', ...impostorStyle },
  ]
  return entries
    .map(({ name, colour, dashes }, i) => {
      const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
      return `<path d="M${i * 180},31h20" stroke="${colour}" stroke-width="2.2"${dash} /><text x="${i * 180 + 26}" y="35">${name}</text>`
    })
    .join('')
}

function panelPicture(panel: SpherePanel, index: number): string {
  const { dimensions, angles, notes = [] } = panel
  if (dimensions !== 2 && dimensions !== 3)
    throw new ShapeError(`sphere figure: expected 2 or 3 dimensions, got ${dimensions}`)
  const radius = dimensions === 2 ? size * 0.35 : size * 0.45
  const picture = dimensions === 2 ? circlePicture(panel, { radius }) : ballPicture(panel, { radius })
  const bottom = 20 + size + stripHeight + 22
  const lines = [
    `within: largest ${degreeText(angles.largestWithin)}, 99 % below ${degreeText(angles.within99)}`,
    `between: smallest ${degreeText(angles.smallestBetween)}, 99 % above ${degreeText(angles.between1)}`,
    ...notes,
  ]
  return [
    `<text y="12" font-weight="600">${escapeText(shortened(panel.title, size))}</text>`,
    `<g data-ball="${index}" transform="translate(${size / 2},${20 + size / 2})">${picture}</g>`,
    angleStrip(angles, { x: 0, y: 20 + size, width: size, height: stripHeight }),
    ...lines.map((line, i) => `<text y="${bottom + 8 + 15 * i}" font-size="11">${escapeText(line)}</text>`),
  ].join('')
}

function words(panels: readonly SpherePanel[]): string {
  return panels
    .map((panel) => {
      const { labels, classNames, angles, notes = [] } = panel
      const { skipped } = directionsOf(panel)
      const isMet = angles.largestWithin < angles.smallestBetween
      return [
        `${panel.title}: ${labels.length - skipped} points of ${classNames.length} classes;`,
        `the largest angle within a class is ${degreeText(angles.largestWithin)}, the smallest between two ${degreeText(angles.smallestBetween)}:`,
        `the criterion is ${isMet ? 'met' : 'not met'}.`,
        ...notes.map((note) => `${note}.`),
        ...(skipped > 0 ? [`${skipped} points without a direction are left out.`] : []),
      ].join(' ')
    })
    .join(' ')
}

const degreeText = (angle: number): string => (Number.isFinite(angle) ? `${angle.toFixed(1)}°` : 'unknown')
