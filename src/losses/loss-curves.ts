import { UsageError } from '../errors.ts'
import { lossNamed } from './catalogue.ts'
import { type OptionValue, resolveOptions } from './loss-options.ts'
import { marginCurves } from './margin-curves.ts'
import { targetLogit } from './target-logit.ts'

/** A number for each angle, 0 … π radians. */
export interface LossCurve {
  readonly name: string
  readonly at: (theta: number) => number
}

/** What a loss makes of the angle to the own class. */
export interface LossCurves {
  /** The logit of the own class, divided by s or ‖x‖; or the loss of two samples at that angle, where there are no logits. */
  readonly kind: 'logit' | 'loss'
  readonly curves: readonly LossCurve[]
}

type Values = Readonly<Record<string, OptionValue>>

/** The squared distance of two unit vectors at an angle. */
const apart = (theta: number): number => 2 - 2 * Math.cos(theta)

/** The losses without logits: what two samples, a triplet or a sample and its centre give, of length 1 where none is said. */
const losses: Readonly<Record<string, (values: Values) => readonly LossCurve[]>> = {
  contrastive: ({ margin }) => [
    { name: 'two of one class', at: (theta) => apart(theta) / 2 },
    {
      name: 'two of different classes',
      at: (theta) => Math.max(0, Number(margin) - Math.sqrt(apart(theta))) ** 2 / 2,
    },
  ],
  triplet: ({ margin, mining }) => {
    const distance = (theta: number): number => (mining === 'hard' ? Math.sqrt(apart(theta)) : apart(theta))
    return [30, 60, 90].map((degrees) => ({
      name: `negative at ${degrees}°`,
      at: (theta) => Math.max(0, Number(margin) + distance(theta) - distance((degrees * Math.PI) / 180)),
    }))
  },
  center: () =>
    [0.5, 1].map((length) => ({
      name: `a centre of length ${length}`,
      at: (theta) => (1 + length * length) / 2 - length * Math.cos(theta),
    })),
}

/**
 * What the loss of that name makes of the angle to the own class under `given` options, in float64: its curves, where a
 * feature's length or chance has a say several. @throws UsageError for a name that there is not, or an option outside its domain
 */
export function lossCurves(name: string, given: Readonly<Record<string, unknown>> = {}): LossCurves {
  const logits = marginCurves(name, given)
  if (logits.length > 0) {
    const curves = logits.map(({ name: curve, loss, options }) => ({
      name: curve,
      at: (theta: number) => targetLogit(loss, theta, options).value,
    }))
    return { kind: 'logit', curves }
  }
  const { name: loss, options } = lossNamed(name)
  const values = resolveOptions(options, given, { where: loss })
  const curves = losses[loss]?.(values)
  if (!curves) throw new UsageError(`loss: no curve is known, got ${loss}`)
  return { kind: 'loss', curves }
}
