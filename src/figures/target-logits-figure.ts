import type { FigureOptions } from './figure-options.ts'
import { lineChart } from './line-chart.ts'
import { type AngleCurve, angleTicks, degreeText, overDegrees } from './psi-figure.ts'

/** The logit of the own class against the angle to it, of every loss on one axis; `value` is the logit divided by the scale. */
export function targetLogitsFigure(
  curves: readonly AngleCurve[],
  {
    title = 'The logit of the own class under each loss',
    description,
    width = 560,
    // Many curves have many names above them.
    height = 420 + 17 * Math.max(0, curves.length - 8),
  }: FigureOptions = {},
): string {
  return lineChart(curves.map(overDegrees), {
    title,
    description: description ?? curves.map(reading).join(' '),
    width,
    height,
    labels: { x: 'angle θ to the own class, degrees', y: 'logit of the own class, divided by s (or ‖x‖)' },
    xDomain: [0, 180],
    xTicks: angleTicks,
    xFormat: degreeText,
  })
}

function reading({ name, theta, value }: AngleCurve): string {
  const middle = Array.from(theta).findIndex((angle) => angle >= Math.PI / 4)
  const at = (i: number): string => (value[i] === undefined ? 'unknown' : value[i].toFixed(2))
  return `${name}: ${at(0)} at 0°, ${at(middle)} at 45°, ${at(value.length - 1)} at 180°.`
}
