import { type LineStyle, lineStyle } from './colours.ts'
import { type ChartLine, type LineChartOptions, lineChart } from './line-chart.ts'
import { columnsWithin, panels } from './panels.ts'

/** A line that shares its panel with those of the same group. */
export interface GroupedLine extends ChartLine {
  readonly group: string
}

export interface SmallMultiplesOptions extends LineChartOptions {
  /** The axes are those of all panels, so that these can be compared. */
  xDomain: readonly [number, number]
  yDomain: readonly [number, number]
  columns?: number
  /** A line that is dotted in every panel, to measure the others by; it is in no legend. */
  reference?: ChartLine | undefined
}

/** With more lines than this a figure shows each group on axes of its own: lines that close cannot be followed. */
export const mostOnOneAxis = 8

const size = { width: 250, height: 270 }
const gap = 18
const dotted: LineStyle = { colour: 'currentColor', dashes: '1.5 3' }
/** From a name that starts with its group's, what is left; the whole of another. */
const within = (name: string, group: string): string =>
  name.startsWith(`${group}, `) ? name.slice(group.length + 2) : name

/** The lines of each group on a small chart, all with the same axes, side by side and row by row. */
export function smallMultiples(
  lines: readonly GroupedLine[],
  { title = '', description, columns = 6, width, reference, ...axes }: Omit<SmallMultiplesOptions, 'height'>,
): string {
  const groups = [...new Set(lines.map(({ group }) => group))].map((group) => ({
    group,
    own: lines.filter((line) => line.group === group),
  }))
  const most = Math.max(0, ...groups.map(({ own }) => own.length))
  const charts = groups.map(({ group, own }) =>
    lineChart(
      [
        // First, so that it lies below.
        ...(reference ? [{ ...reference, name: '', style: dotted }] : []),
        ...own.map((line, i) => ({
          ...line,
          name: within(line.name, group),
          style: line.style ?? lineStyle(i),
        })),
      ],
      { ...axes, ...size, title: group, description: '', legendRows: most },
    ),
  )
  return panels(charts, {
    title,
    description: description ?? '',
    columns: columnsWithin(width, { columns, column: size.width, gap }),
    gap,
    ...(width !== undefined && { width }),
  })
}
