import type { FigureOptions } from './figure-options.ts'
import { lineChart } from './line-chart.ts'
import { panels } from './panels.ts'
import { type AngleCurve, degreeText, grouped, overDegrees } from './psi-figure.ts'
import { mostOnOneAxis, smallMultiples } from './small-multiples.ts'

export interface GradientCurves {
  /** How steeply the logit of the own class falls, a radian, divided by the scale. */
  readonly logit: readonly AngleCurve[]
  /** |dL/dθ|, a radian: how hard a sample is turned. */
  readonly pull: readonly AngleCurve[]
  /** The share of the softmax that the own class has, 0 … 1. */
  readonly posterior: readonly AngleCurve[]
  /** The setting: the scale, the classes, the angle between the own and the nearest class in degrees. */
  readonly s: number
  readonly classes: number
  readonly betweenDegrees: number
}

/** How hard each loss turns a sample, by its angle to the own class, on its way towards the nearest other. */
export function gradientsFigure(
  { logit, pull, posterior, s, classes, betweenDegrees }: GradientCurves,
  {
    title = `How hard a sample is turned: s ${s}, ${classes.toLocaleString('en')} classes, the nearest ${betweenDegrees}° from the own`,
    description,
    width,
  }: Omit<FigureOptions, 'height'> = {},
): string {
  const axis = { xDomain: [0, betweenDegrees], xFormat: degreeText, width: 370, height: 350 } as const
  const x = 'angle θ to the own class, degrees'
  const ends = (curves: readonly AngleCurve[], digits: number): string =>
    curves
      .map(
        ({ name, value }) =>
          `${name}: from ${value[0]?.toFixed(digits)} at 0° to ${value[value.length - 1]?.toFixed(digits)} at ${betweenDegrees}°, at most ${finiteMax(value).toFixed(digits)}.`,
      )
      .join(' ')
  if (logit.length > mostOnOneAxis)
    return ofEachLoss(
      [
        { curves: logit, title: 'slope of the own logit', y: '|d logit/dθ| / s, per radian', digits: 2 },
        { curves: pull, title: 'gradient of the loss', y: '|dL/dθ|', digits: 1 },
        { curves: posterior, title: 'posterior of the own class', y: 'posterior', digits: 2 },
      ].map((part) => ({ ...part, description: ends(part.curves, part.digits) })),
      { title, betweenDegrees, description, width },
    )
  return panels(
    [
      lineChart(logit.map(overDegrees), {
        ...axis,
        title: 'slope of the own logit',
        labels: { x, y: '|d logit/dθ| / s, per radian' },
        description: ends(logit, 2),
      }),
      lineChart(pull.map(overDegrees), {
        ...axis,
        title: 'gradient of the loss',
        labels: { x, y: '|dL/dθ| = ‖x‖ · |part of ∂L/∂x that turns|' },
        description: ends(pull, 1),
      }),
      lineChart(posterior.map(overDegrees), {
        ...axis,
        title: 'posterior of the own class',
        labels: { x, y: 'posterior' },
        yDomain: [0, 1],
        description: ends(posterior, 2),
      }),
    ],
    {
      title,
      columns: 3,
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
    },
  )
}

/** A part for each measure, and in it axes for each loss; NSL, where it is among them, is dotted in all. */
function ofEachLoss(
  parts: readonly {
    readonly curves: readonly AngleCurve[]
    readonly title: string
    readonly y: string
    readonly description: string
  }[],
  {
    title,
    betweenDegrees,
    description,
    width,
  }: {
    readonly title: string
    readonly betweenDegrees: number
    readonly description: string | undefined
    readonly width: number | undefined
  },
): string {
  const drawn = parts.map(({ curves, title, y, description }) => {
    const plain = curves.find(({ group }) => group === 'nsl')
    return smallMultiples(curves.map(grouped), {
      title: plain ? `${title}; dotted: nsl` : title,
      description,
      labels: { x: 'angle to the own class', y },
      xDomain: [0, betweenDegrees],
      xFormat: degreeText,
      xTicks: [0, 1, 2, 3].map((i) => (i * betweenDegrees) / 3),
      yDomain: [0, curves.reduce((most, { value }) => Math.max(most, finiteMax(value)), 0) || 1],
      reference: plain && overDegrees(plain),
      ...(width !== undefined && { width }),
    })
  })
  return panels(drawn, {
    title,
    columns: 1,
    gap: 30,
    ...(description !== undefined && { description }),
    ...(width !== undefined && { width }),
  })
}

function finiteMax(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!
  return most
}
