import { lineStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { columnsWithin } from './panels.ts'
import { shortened, wrapText } from './text-fit.ts'

/** A box of the pipeline: what it is, and the shape that comes out of it. */
export interface PipelineStage {
  readonly name: string
  /** Below the name, a line each. */
  readonly lines: readonly string[]
  /** What it gives to the next: `[3, 112, 96]`. */
  readonly shape?: string
  /** Whether it is thrown away after training; drawn with dashes. */
  readonly isDropped?: boolean
  /** Whether the two paths have it in common; drawn tinted. */
  readonly isShared?: boolean
}

export interface PipelinePath {
  readonly name: string
  readonly stages: readonly PipelineStage[]
}

const [boxWidth, gap] = [140, 46]
const [upGap, pathWidth] = [34, 190]

/**
 * How a model is trained and how it is tested, a row each: boxes with the shapes between them. What both have in common is
 * tinted, what is thrown away after training is dashed. Where the rows could not be read at `width` each is a column.
 */
export function pipelineFigure(
  paths: readonly PipelinePath[],
  { title = 'From a picture to a decision', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const most = Math.max(1, ...paths.map(({ stages }) => stages.length))
  const tallest = Math.max(0, ...paths.flatMap(({ stages }) => stages.map(({ lines }) => lines.length)))
  const height = 36 + 15 * tallest
  const isUpright = columnsWithin(width, { columns: most, column: boxWidth, gap }) < most
  const across = isUpright ? Math.max(1, paths.length) * pathWidth : most * (boxWidth + gap) - gap
  const titles = wrapText(title, across, { size: 15 })
  const first = 34 + 19 * (titles.length - 1)
  const down = isUpright ? 26 + most * (height + upGap) : paths.length * (height + 56) - 8
  const drawn = paths.map((path, i) => {
    const [left, top] = isUpright ? [i * pathWidth, first] : [0, first + i * (height + 56)]
    const stages = path.stages.map((stage, k) =>
      stageBox(stage, {
        x: isUpright ? left : k * (boxWidth + gap),
        y: isUpright ? top + 26 + k * (height + upGap) : top + 26,
        height,
        hasNext: k < path.stages.length - 1,
        isUpright,
      }),
    )
    return `<text x="${left}" y="${top + 14}" font-weight="600">${escapeText(path.name)}</text>${stages.join('')}`
  })
  const natural = { width: across, height: first + down }
  const svg = svgText({ title, description: description ?? words(paths), ...natural }, [
    `<g font-size="12">${titleText(titles, { size: 15, top: 13, rowHeight: 19 })}${drawn.join('')}</g>`,
  ])
  return scaledTo(svg, width)
}

interface BoxPlace {
  readonly x: number
  readonly y: number
  readonly height: number
  readonly hasNext: boolean
  /** Whether the next one is below. */
  readonly isUpright: boolean
}

function stageBox(
  { name, lines, shape, isDropped, isShared }: PipelineStage,
  { x, y, height, hasNext, isUpright }: BoxPlace,
): string {
  const fill = isShared ? `fill="${lineStyle(0).colour}" fill-opacity="0.15"` : 'fill="none"'
  const dash = isDropped ? ' stroke-dasharray="5 3"' : ''
  const text = lines.map(
    (line, i) =>
      `<text x="${x + 10}" y="${y + 38 + 15 * i}" font-size="11">${escapeText(shortened(line, boxWidth - 14, { size: 11 }))}</text>`,
  )
  const [middle, from] = isUpright ? [x + 24, y + height] : [y + height / 2, x + boxWidth]
  const path = isUpright
    ? `M${middle},${from}V${from + upGap}m-4,-7l4,7l4,-7`
    : `M${from},${middle}H${from + gap}m-7,-4l7,4l-7,4`
  const arrow = hasNext ? `<path d="${path}" fill="none" stroke="currentColor" stroke-width="1.3" />` : ''
  const at = isUpright
    ? `x="${x + 34}" y="${from + upGap / 2 + 4}"`
    : `x="${hasNext ? from + gap / 2 : x + boxWidth / 2}" y="${y + height + 15}" text-anchor="middle"`
  const label = shape === undefined ? '' : `<text ${at} font-size="11">${escapeText(shape)}</text>`
  return `<rect x="${x + 1}" y="${y}" width="${boxWidth - 2}" height="${height}" rx="6" ${fill} stroke="currentColor" stroke-width="1.2"${dash} /><text x="${x + 10}" y="${y + 20}" font-weight="600">${escapeText(name)}</text>${text.join('')}${arrow}${label}`
}

function words(paths: readonly PipelinePath[]): string {
  return paths
    .map(({ name, stages }) => {
      const steps = stages.map(
        ({ name: stage, shape, isDropped }) =>
          `${stage}${shape === undefined ? '' : ` gives ${shape}`}${isDropped ? ' (thrown away after training)' : ''}`,
      )
      return `${name}: ${steps.join(', then ')}.`
    })
    .join(' ')
}
