import type { FigureOptions } from './figure-options.ts'
import { lineChart } from './line-chart.ts'
import { type AngleCurve, angleTicks, degreeText, grouped, overDegrees } from './psi-figure.ts'
import { mostOnOneAxis, smallMultiples } from './small-multiples.ts'

/**
 * The logit of the own class against the angle to it, of every loss on one axis; `value` is the logit divided by the scale. Of
 * many curves each loss has axes of its own, all alike, with cosθ to measure it by.
 */
export function targetLogitsFigure(
  curves: readonly AngleCurve[],
  {
    title = 'The logit of the own class under each loss',
    description = curves.map(reading).join(' '),
    width,
    height = 420,
  }: FigureOptions = {},
): string {
  const axes = {
    xDomain: [0, 180],
    xFormat: degreeText,
    labels: { x: 'angle θ to the own class, degrees', y: 'logit of the own class, divided by s (or ‖x‖)' },
  } as const
  if (curves.length <= mostOnOneAxis)
    return lineChart(curves.map(overDegrees), {
      ...{ ...axes, xTicks: angleTicks, title, description, width: width ?? 560, height },
    })
  const theta = curves[0]!.theta
  return smallMultiples(curves.map(grouped), {
    ...axes,
    title: `${title}, divided by s (or ‖x‖); dotted: cosθ`,
    description,
    xTicks: [0, 60, 120, 180],
    // What falls farther leaves the chart: A-Softmax ends at −7, and would leave the others no room.
    yDomain: [-2, 1],
    labels: { x: 'angle to the own class', y: 'logit' },
    reference: overDegrees({ name: '', theta, value: Float64Array.from(theta, Math.cos) }),
    ...(width !== undefined && { width }),
  })
}

function reading({ name, theta, value }: AngleCurve): string {
  const middle = Array.from(theta).findIndex((angle) => angle >= Math.PI / 4)
  const at = (i: number): string => (value[i] === undefined ? 'unknown' : value[i].toFixed(2))
  return `${name}: ${at(0)} at 0°, ${at(middle)} at 45°, ${at(value.length - 1)} at 180°.`
}
