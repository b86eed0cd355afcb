import * as Plot from '@observablehq/plot'
import { genuineStyle, impostorStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { histogramMarks } from './histogram-marks.ts'
import { panels } from './panels.ts'

/** Pairs counted by angle: bin i of each kind holds those from `edges[i]` to `edges[i + 1]`. */
export interface AnglePairs {
  readonly title: string
  /** Degrees, rising; one more than there are bins. Bins may differ in width. */
  readonly edges: ArrayLike<number>
  readonly genuine: ArrayLike<number>
  readonly impostor: ArrayLike<number>
  /** The largest angle of a genuine pair and the smallest of an impostor one, where they are known. */
  readonly largestGenuine?: number
  readonly smallestImpostor?: number
}

const binDegrees = 4

/**
 * The angles of genuine and of impostor pairs as histograms over one another, one picture a run or loss, on one scale; each
 * kind adds up to 100 %. The pairs of a bin are spread evenly over it.
 */
export function anglesFigure(
  runs: readonly AnglePairs[],
  { title = 'Angles of genuine and impostor pairs', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const shares = runs.map((run) => [sharesOf(run, run.genuine), sharesOf(run, run.impostor)] as const)
  const top = 1.1 * Math.max(0.01, ...shares.flatMap((kinds) => kinds.flatMap((own) => [...own])))
  return panels(
    runs.map((run, i) => anglesPanel(run, shares[i]!, top)),
    {
      title,
      columns: Math.min(3, Math.max(1, runs.length)),
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
    },
  )
}

function anglesPanel(
  run: AnglePairs,
  [genuine, impostor]: readonly [Float64Array, Float64Array],
  top: number,
): string {
  const kinds = [
    { name: 'two classes', shares: impostor, style: impostorStyle, word: 'least', end: run.smallestImpostor },
    { name: 'one class', shares: genuine, style: genuineStyle, word: 'most', end: run.largestGenuine },
  ]
  const ends = kinds.filter(({ end }) => end !== undefined && Number.isFinite(end))
  const words = [
    `${total(run.genuine)} genuine pairs with median angle ${medianText(run, run.genuine)}, ${total(run.impostor)} impostor pairs with median angle ${medianText(run, run.impostor)}.`,
    ...(run.largestGenuine === undefined || run.smallestImpostor === undefined
      ? []
      : [
          `The largest of a genuine pair is ${degreeText(run.largestGenuine)}, the smallest of an impostor pair ${degreeText(run.smallestImpostor)}.`,
        ]),
  ]
  return frame({
    title: run.title,
    description: words.join(' '),
    width: 340,
    height: 250,
    legend: kinds.toReversed().map(({ name, end, word, style }) => ({
      name:
        end === undefined
          ? name
          : Number.isFinite(end)
            ? `${name}, ${word} ${degreeText(end)}`
            : `${name}: no pairs`,
      ...style,
    })),
    labels: { x: 'angle of a pair, degrees', y: 'share of the pairs of a kind, %' },
    plot: {
      x: { domain: [0, 180] },
      y: { domain: [0, 100 * top], percent: true },
      marks: [
        Plot.gridY({ ticks: 4 }),
        Plot.axisX({ ticks: 7, tickFormat: (angle: number) => `${angle}°` }),
        Plot.axisY({ ticks: 4, tickSize: 0 }),
        ...kinds.flatMap(({ shares, style }) => histogramMarks(shares, { style, start: 0, bin: binDegrees })),
        ...ends.map(({ end, style: { colour, dashes } }) =>
          Plot.ruleX([end], {
            stroke: colour,
            strokeWidth: 1.5,
            ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
          }),
        ),
        Plot.ruleY([0]),
      ],
    },
  })
}

/** Shares of all by bins of equal width: a bin of another width gives each the part that lies in it. */
function sharesOf({ edges }: AnglePairs, counts: ArrayLike<number>): Float64Array {
  const shares = new Float64Array(180 / binDegrees)
  const all = total(counts)
  for (let i = 0; i < counts.length && all > 0; i++) {
    const [from, to] = [Math.max(0, edges[i]!), Math.min(180, edges[i + 1]!)]
    for (let bin = Math.floor(from / binDegrees); bin < shares.length && bin * binDegrees < to; bin++) {
      const part = Math.min(to, (bin + 1) * binDegrees) - Math.max(from, bin * binDegrees)
      shares[bin]! += ((part / (to - from)) * counts[i]!) / all
    }
  }
  return shares
}

/** The middle of the bin in which half of the pairs is reached. */
function medianText({ edges }: AnglePairs, counts: ArrayLike<number>): string {
  const half = total(counts) / 2
  let below = 0
  for (let i = 0; i < counts.length; i++)
    if (counts[i]! > 0 && (below += counts[i]!) >= half) return degreeText((edges[i]! + edges[i + 1]!) / 2)
  return 'unknown'
}

const total = (counts: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < counts.length; i++) sum += counts[i]!
  return sum
}

const degreeText = (angle: number): string => (Number.isFinite(angle) ? `${angle.toFixed(1)}°` : 'unknown')
