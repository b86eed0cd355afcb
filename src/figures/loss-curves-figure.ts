import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { thinLine } from './thin-line.ts'

/** The loss of a run at its steps, rising in step. */
export interface LossCurve {
  readonly name: string
  readonly points: readonly { readonly step: number; readonly loss: number }[]
}

export interface LossCurvesFigureOptions extends FigureOptions {
  /** How many people the network learns to tell apart: ln C, the loss of guessing, is marked. */
  classes?: number
  /** How many points a drawn point averages, itself in the middle; by default a fiftieth of the run. */
  smoothing?: number
}

/**
 * The loss of one or more runs against the step, smoothed by a moving mean, with the loss of guessing marked: a run that
 * rests at ln C has learnt nothing. Points that are not finite are left out. Where runs start far above ln C the axis ends at
 * the highest smoothed loss.
 */
export function lossCurvesFigure(
  runs: readonly LossCurve[],
  {
    title = 'Training loss',
    description,
    width = 440,
    height = 320,
    classes,
    smoothing,
  }: LossCurvesFigureOptions = {},
): string {
  const smooth = runs.map(({ points }) =>
    movingMean(points, smoothing ?? Math.max(1, Math.round(points.length / 50))),
  )
  const guess = classes === undefined ? [] : [Math.log(classes)]
  const top =
    1.06 *
    Math.max(
      ...guess,
      1e-3,
      ...smooth.map((points) => points.reduce((most, { loss }) => Math.max(most, loss), 0)),
    )
  const steps = Math.max(1, ...smooth.map((points) => points.at(-1)?.step ?? 1))
  const drawn = smooth.map((points) => {
    const { x, y } = thinLine(
      { x: points.map(({ step }) => step), y: points.map(({ loss }) => loss) },
      (step) => Math.floor((step / steps) * width),
    )
    return x.map((step, k): [number, number] => [step, y[k]!])
  })
  const words = runs.map(({ name }, i) => {
    const [first, last] = [smooth[i]![0], smooth[i]!.at(-1)]
    return first && last
      ? `${name}: from ${first.loss.toFixed(2)} to ${last.loss.toFixed(2)} in ${last.step} steps.`
      : `${name}: no points.`
  })
  for (const loss of guess) words.push(`Guessing among ${classes} people gives ${loss.toFixed(2)}.`)
  return frame({
    title,
    description: description ?? words.join(' '),
    width,
    height,
    legend: runs.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    labels: { x: 'step', y: 'loss, nats' },
    plot: {
      x: { domain: [0, steps] },
      y: { domain: [0, top] },
      marks: [
        Plot.gridY({ ticks: 5 }),
        Plot.axisX({ ticks: stepTicks(steps), tickFormat: stepText }),
        Plot.axisY({ ticks: 5, tickSize: 0 }),
        Plot.ruleY([0]),
        Plot.ruleY(guess, { stroke: 'currentColor', strokeOpacity: 0.7, strokeDasharray: '2 3' }),
        Plot.text(guess, {
          y: (loss: number) => loss,
          frameAnchor: 'right',
          textAnchor: 'end',
          dx: -2,
          dy: -7,
          stroke: 'var(--paper, #ffffff)',
          strokeWidth: 3,
          fill: 'currentColor',
          text: (loss: number) => `ln C = ${loss.toFixed(2)} (guessing)`,
        }),
        ...drawn.map((points, i) => {
          const { colour, dashes } = lineStyle(i)
          return Plot.line(points, {
            stroke: colour,
            strokeWidth: 1.8,
            ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
          })
        }),
        ...drawn.map((points, i) =>
          Plot.dot(points.length === 1 ? points : [], { r: 2.8, fill: lineStyle(i).colour }),
        ),
      ],
    },
  })
}

/** Where an axis of steps from 0 has ticks: at whole steps. */
export function stepTicks(steps: number): number | number[] {
  return steps < 5 ? Array.from({ length: steps + 1 }, (_, i) => i) : 5
}

/** `10,000`: a step as its tick says it. */
export const stepText = (step: number): string => step.toLocaleString('en')

/**
 * Each finite point with the mean of the `window` points about it. At the start it is of fewer, so that the middle stays in the
 * middle while the loss falls fast; at the end of what is left of the window, so that the noise of one step does not close the
 * curve.
 */
export function movingMean(
  points: LossCurve['points'],
  window: number,
): { readonly step: number; readonly loss: number }[] {
  const finite = points.filter(({ loss }) => Number.isFinite(loss))
  return finite.map(({ step }, i) => {
    const reach = Math.min(Math.floor(window / 2), i)
    const near = finite.slice(i - reach, i + reach + 1)
    return { step, loss: near.reduce((total, { loss }) => total + loss, 0) / near.length }
  })
}
