import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { type ChartLine, lineChart } from './line-chart.ts'
import { panels } from './panels.ts'
import type { GroupedLine } from './small-multiples.ts'

/** Values at the angles of a curve. */
export interface AngleCurve {
  readonly name: string
  /** The loss that it is of, where a figure has several curves of one. */
  readonly group?: string
  /** Radians, 0 … π, rising. */
  readonly theta: ArrayLike<number>
  readonly value: ArrayLike<number>
}

export interface PsiCurves {
  /** ψ for each m. */
  readonly psi: readonly (AngleCurve & { readonly m: number })[]
  /** dψ/dθ for each m. */
  readonly slope: readonly AngleCurve[]
  /** ψ under λ for the largest m. */
  readonly annealed: readonly AngleCurve[]
}

const degrees = (radians: number): number => (radians * 180) / Math.PI
export const angleTicks = [0, 30, 60, 90, 120, 150, 180]
export const degreeText = (value: number): string => `${value}°`

/** A curve over θ with θ in degrees. */
export const overDegrees = ({ name, theta, value }: AngleCurve): ChartLine => ({
  name,
  x: Float64Array.from(theta, degrees),
  y: value,
})

/** The same with its loss: a curve without one is a loss by itself. */
export const grouped = (curve: AngleCurve): GroupedLine => ({
  ...overDegrees(curve),
  group: curve.group ?? curve.name,
})

/** ψ(θ) of A-Softmax, where its pieces join; its derivative; and what λ leaves of it (Liu et al. 2017, eq. 6). */
export function psiFigure(
  { psi, slope, annealed }: PsiCurves,
  { title = 'ψ(θ) of A-Softmax', description, width }: Omit<FigureOptions, 'height'> = {},
): string {
  const axis = {
    xDomain: [0, 180],
    xTicks: angleTicks,
    xFormat: degreeText,
    width: 350,
    height: 330,
  } as const
  const label = 'angle θ to the own class, degrees'
  const joints = psi.flatMap(({ m, theta, value }, line) =>
    Array.from({ length: m - 1 }, (_, k) => {
      const joint = ((k + 1) * Math.PI) / m
      return { x: degrees(joint), y: valueAt(theta, value, joint), line }
    }),
  )
  return panels(
    [
      lineChart(psi.map(overDegrees), {
        ...axis,
        title: 'ψ(θ), a dot where two pieces join',
        labels: { x: label, y: 'ψ(θ)' },
        points: joints,
        description: psi
          .map(
            ({ name, value }) =>
              `${name} falls from ${value[0]} to −${Math.abs(value[value.length - 1]!).toFixed(0)}.`,
          )
          .join(' '),
      }),
      lineChart(slope.map(overDegrees), {
        ...axis,
        title: 'its derivative dψ/dθ',
        labels: { x: label, y: 'dψ/dθ, per radian' },
        description: 'Never above 0; it is 0 wherever two pieces join.',
      }),
      lineChart(
        annealed.map((curve, i) => ({ ...overDegrees(curve), style: lineStyle(i) })),
        {
          ...axis,
          title: 'under λ: (λcosθ + ψ(θ)) / (1 + λ)',
          labels: { x: label, y: 'target logit for ‖x‖ = 1' },
          description: 'A large λ leaves cosθ; as λ falls the margin comes in.',
        },
      ),
    ],
    {
      title,
      columns: 3,
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
    },
  )
}

/** The value at the angle nearest to `at`. */
function valueAt(theta: ArrayLike<number>, value: ArrayLike<number>, at: number): number {
  let best = 0
  for (let i = 1; i < theta.length; i++) if (Math.abs(theta[i]! - at) < Math.abs(theta[best]! - at)) best = i
  return value[best]!
}
