import { lineStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import type { FigureOptions } from './figure-options.ts'
import { scaledTo, svgText, titleText } from './frame.ts'
import { wrapText } from './text-fit.ts'

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

/**
 * How a model is trained and how it is tested, a row each: boxes with the shapes between them. What both have in common is
 * tinted, what is thrown away after training is dashed.
 */
export function pipelineFigure(
  paths: readonly PipelinePath[],
  { title = 'From a picture to a decision', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const most = Math.max(1, ...paths.map(({ stages }) => stages.length))
  const tallest = Math.max(0, ...paths.flatMap(({ stages }) => stages.map(({ lines }) => lines.length)))
  const boxHeight = 36 + 15 * tallest
  const rowHeight = boxHeight + 56
  const natural = { width: most * (boxWidth + gap) - gap, height: 34 + paths.length * rowHeight - 8 }
  const rows = paths.map((path, i) => {
    const top = 34 + i * rowHeight
    const stages = path.stages.map((stage, k) => {
      const x = k * (boxWidth + gap)
      const isLast = k === path.stages.length - 1
      return stageBox(stage, { x, y: top + 26, height: boxHeight, hasNext: !isLast })
    })
    return `<text y="${top + 14}" font-weight="600">${escapeText(path.name)}</text>${stages.join('')}`
  })
  const svg = svgText({ title, description: description ?? words(paths), ...natural }, [
    `<g font-size="12"><text y="13" font-size="15" font-weight="600">${escapeText(title)}</text>${rows.join('')}</g>`,
  ])
  return scaledTo(svg, width)
}

function stageBox(
  { name, lines, shape, isDropped, isShared }: PipelineStage,
  {
    x,
    y,
    height,
    hasNext,
  }: { readonly x: number; readonly y: number; readonly height: number; readonly hasNext: boolean },
): string {
  const fill = isShared ? `fill="${lineStyle(0).colour}" fill-opacity="0.15"` : 'fill="none"'
  const dash = isDropped ? ' stroke-dasharray="5 3"' : ''
  const text = lines.map(
    (line, i) => `<text x="${x + 10}" y="${y + 38 + 15 * i}" font-size="11">${escapeText(line)}</text>`,
  )
  const middle = y + height / 2
  const from = x + boxWidth
  const arrow = hasNext
    ? `<path d="M${from},${middle}H${from + gap}m-7,-4l7,4l-7,4" fill="none" stroke="currentColor" stroke-width="1.3" />`
    : ''
  const label =
    shape === undefined
      ? ''
      : `<text x="${hasNext ? from + gap / 2 : x + boxWidth / 2}" y="${y + height + 15}" text-anchor="middle" font-size="11">${escapeText(shape)}</text>`
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
