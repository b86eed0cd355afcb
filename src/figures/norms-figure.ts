import * as Plot from '@observablehq/plot'
import { classColour } from './class-colours.ts'
import type { ClassPoints } from './class-points.ts'
import { dots } from './dots.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { panels } from './panels.ts'

/** A feature by its length and its angle to its own prototype; NaN where it has none. */
export interface NormSample {
  /** ‖x‖: [N]. */
  readonly norms: ArrayLike<number>
  /** Degrees: [N]. */
  readonly angles: ArrayLike<number>
}

/** One picture of the figure: the samples of one loss. */
export interface NormsPanel extends NormSample, Pick<ClassPoints, 'title' | 'labels' | 'classNames'> {
  /** Whether the loss normalises the features, so that ‖x‖ plays no part in it. */
  readonly isNormalised: boolean
}

/**
 * ‖x‖ and the angle to the own prototype of each feature: [N] each.
 * Rows without a direction, or whose prototype has none, have NaN.
 */
export function normSample({ features, labels, prototypes = [], dimensions: D }: ClassPoints): NormSample {
  const norms = new Float64Array(labels.length)
  const angles = new Float64Array(labels.length)
  for (let i = 0; i < labels.length; i++) {
    let [dot, own, prototype] = [0, 0, 0]
    for (let k = 0; k < D; k++) {
      const [x, w] = [features[i * D + k]!, prototypes[labels[i]! * D + k] ?? Number.NaN]
      dot += x * w
      own += x * x
      prototype += w * w
    }
    norms[i] = Math.sqrt(own)
    const cosine = dot / Math.sqrt(own * prototype)
    angles[i] = (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI
  }
  return { norms, angles }
}

/**
 * The length of each feature against its angle to its own prototype, one picture a loss, on one scale, the classes in colours with their
 * names by their medians. Where the loss leaves ‖x‖ free, a network lowers the loss by longer features as well as by turned
 * ones (Wang et al. 2018, section 3.2). Samples that are not finite are left out, and the words say so.
 */
export function normsFigure(
  losses: readonly NormsPanel[],
  {
    title = 'Length of the features against their angle',
    description,
    width,
  }: Omit<FigureOptions, 'height'> = {},
): string {
  const furthest = Math.max(
    10,
    ...losses.map(({ angles }) => largest(Array.from(angles).filter((angle) => Number.isFinite(angle)))),
  )
  const longest = Math.max(
    1e-3,
    ...losses.map(({ norms }) => largest(Array.from(norms).filter((norm) => Number.isFinite(norm)))),
  )
  return panels(
    losses.map((loss) => normsPanel(loss, { furthest, longest })),
    {
      title,
      columns: Math.min(3, Math.max(1, losses.length)),
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
    },
  )
}

function normsPanel(
  { title, norms, angles, labels, classNames, isNormalised }: NormsPanel,
  { furthest, longest }: { readonly furthest: number; readonly longest: number },
): string {
  const points = Array.from(norms, (norm, i) => ({ norm, angle: angles[i]!, label: labels[i]! })).filter(
    ({ norm, angle }) => Number.isFinite(norm) && Number.isFinite(angle),
  )
  const names = classNames.flatMap((name, label) => {
    const own = points.filter((point) => point.label === label)
    return own.length === 0
      ? []
      : [{ name, norm: median(own.map(({ norm }) => norm)), angle: median(own.map(({ angle }) => angle)) }]
  })
  const skipped = norms.length - points.length
  const role = isNormalised ? 'normalised' : 'uses ‖x‖'
  const all = points.map(({ norm }) => norm)
  return frame({
    title: `${title} (${role})`,
    description: [
      points.length === 0
        ? 'no points.'
        : `${points.length} points, ‖x‖ from ${number(-largest(all.map((norm) => -norm)))} to ${number(largest(all))}, median ${number(median(all))}; median angle to the own prototype ${median(points.map(({ angle }) => angle)).toFixed(1)}°.`,
      ...(skipped > 0 ? [`${skipped} points that are not finite are left out.`] : []),
    ].join(' '),
    width: 340,
    height: 290,
    legend: [],
    labels: { x: 'angle to the own prototype, degrees', y: '‖x‖' },
    plot: {
      x: { domain: [0, Math.min(180, furthest * 1.03)] },
      y: { domain: [0, 1.05 * longest] },
      marks: [
        Plot.gridY({ ticks: 5 }),
        Plot.axisX({ ticks: 6, tickFormat: (angle: number) => `${angle}°` }),
        Plot.axisY({ ticks: 5, tickSize: 0 }),
        ...classNames.map((_, c) =>
          dots({
            points: points.flatMap(({ norm, angle, label }) => (label === c ? [{ x: angle, y: norm }] : [])),
            ...{ colour: classColour(c), size: 3.2, opacity: 0.6 },
          }),
        ),
        Plot.text(apart(names, { furthest, longest }), {
          x: 'angle',
          y: 'norm',
          text: 'name',
          fontWeight: 600,
          stroke: 'var(--paper, #ffffff)',
          strokeWidth: 3.5,
          fill: 'currentColor',
        }),
        Plot.ruleY([0]),
      ],
    },
  })
}

/** Names moved apart until none lies on another: up, and where there is no more room down again. */
function apart<Name extends { readonly norm: number; readonly angle: number }>(
  names: readonly Name[],
  { furthest, longest }: { readonly furthest: number; readonly longest: number },
): Name[] {
  // About the pixels of the plot.
  const [wide, tall] = [16 * (furthest / 280), 13 * (longest / 190)]
  const isNear = (a: Name, b: Name): boolean => Math.abs(a.angle - b.angle) < wide
  const up: Name[] = []
  for (const name of names.toSorted((a, b) => a.norm - b.norm)) {
    const below = up.filter((other) => isNear(other, name)).map(({ norm }) => norm + tall)
    up.push({ ...name, norm: Math.max(name.norm, ...below) })
  }
  const down: Name[] = []
  for (const name of up.toReversed()) {
    const above = down.filter((other) => isNear(other, name)).map(({ norm }) => norm - tall)
    down.push({ ...name, norm: Math.min(name.norm, longest, ...above) })
  }
  return down
}

/** The upper of the two middle ones where their number is even. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Of any number of values; −∞ of none. */
const largest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

const number = (value: number): string => String(Number(value.toPrecision(3)))
