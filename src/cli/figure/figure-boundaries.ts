import { boundariesFigure, type LossBoundaries } from '../../figures/boundaries-figure.ts'
import type { PlaneBoundaries } from '../../figures/region-panel.ts'
import {
  boundaryAngle,
  type FallingLogit,
  type MarginLoss,
  marginWidth,
  sectorsOf,
  targetLogit,
} from '../../losses/index.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'
import { boundaryOptions, boundedLosses, inDegrees, inRadians, type MarginFlags } from './story-losses.ts'

interface Flags extends MarginFlags {
  readonly between: number
  readonly norms: number
}

/** The boundaries of two classes under each loss. */
export const boundariesEntry = figureEntry<Flags>({
  name: 'boundaries',
  shows: 'where two classes part under each loss, and how wide the margin is as they come close',
  addOptions: (command) =>
    boundaryOptions(command)
      .option(
        '--between <degrees>',
        'the angle between the prototypes on the circle',
        numberOption('between', 1, 180),
        80,
      )
      .option('--norms <ratio>', '‖W₁‖/‖W₂‖ of softmax', numberOption('norms', 0.1, 10), 1.5),
  draw: ({ flags: { between, norms, angular, cosine, additive, losses: names }, look }) => {
    const falling =
      (loss: MarginLoss, m = 0, factor = 1): FallingLogit =>
      (theta) =>
        factor * targetLogit(loss, theta, { m }).value
    const ratio = String(Number(norms.toFixed(2)))
    const story = [
      {
        name: 'softmax',
        formula: `‖W₁‖cosθ₁ ≥ ‖W₂‖cosθ₂, norms ${ratio} : 1`,
        targets: [falling('softmax', 0, norms), falling('softmax', 0, 1 / norms)] as const,
      },
      { name: 'NSL', formula: 'cosθ₁ ≥ cosθ₂', targets: twice(falling('nsl')) },
      {
        name: `A-Softmax, m ${angular}`,
        formula: `ψ(θ₁) ≥ cosθ₂`,
        targets: twice(falling('a-softmax', angular)),
      },
      {
        name: `LMCL, m ${cosine}`,
        formula: `cosθ₁ − cosθ₂ ≥ ${cosine}`,
        targets: twice(falling('lmcl', cosine)),
      },
      {
        name: `ArcFace, m ${additive}`,
        formula: `θ₁ + ${additive} ≤ θ₂`,
        targets: twice(falling('arcface', additive)),
      },
    ]
    const parts = names
      ? boundedLosses(names).map(({ name, loss, options }) => ({
          name,
          group: loss as string,
          formula: 'own logit ≥ cosθ₂',
          targets: twice<FallingLogit>((theta) => targetLogit(loss, theta, options).value),
        }))
      : story.map((part) => ({ ...part, group: part.name }))
    const losses = parts.map((part) => boundariesOf(part, inRadians(between)))
    const steps = Float64Array.from({ length: 361 }, (_, i) => i / 2)
    // The widths of softmax go with the lengths of W.
    const widths = (names ? parts : parts.slice(1)).map(({ name, group, targets: [target] }) => {
      const at = Array.from(steps, (step) => marginWidth(target, inRadians(step)))
      return {
        name,
        group,
        between: steps,
        angle: at.map(({ angle }) => inDegrees(angle)),
        cosine: at.map((width) => width.cosine),
      }
    })
    return {
      svg: boundariesFigure({ losses, widths, betweenDegrees: between }, look),
      csv: csvText(
        ['what', 'loss', 'class', 'x', 'y'],
        [
          ...losses.flatMap((loss) => [
            ...planeRows('cosine', loss.name, loss.cosine),
            ...planeRows('angle', loss.name, loss.angle),
            ...loss.circle.flatMap(({ sectors }, i) =>
              sectors.map(({ from, to }) => ['circle', loss.name, i + 1, inDegrees(from), inDegrees(to)]),
            ),
          ]),
          ...widths.flatMap(({ name, angle, cosine: cosines }) => [
            ...Array.from(steps, (step, i) => ['width as an angle', name, '', step, angle[i]!]),
            ...Array.from(steps, (step, i) => ['width as a cosine', name, '', step, cosines[i]!]),
          ]),
        ],
      ),
    }
  },
})

const twice = <Value>(value: Value): readonly [Value, Value] => [value, value]

function boundariesOf(
  {
    name,
    formula,
    targets,
  }: {
    readonly name: string
    readonly formula: string
    readonly targets: readonly [FallingLogit, FallingLogit]
  },
  between: number,
): LossBoundaries {
  const thetas = Float64Array.from({ length: 181 }, (_, i) => inRadians(i))
  const inPlane = (target: FallingLogit, measure: 'cosine' | 'angle') =>
    measure === 'cosine'
      ? { x: thetas.map(Math.cos), y: thetas.map((theta) => target(theta)) }
      : {
          x: thetas.map(inDegrees),
          y: thetas.map((theta) => angleInPlane(target, theta)),
        }
  const plane = (measure: 'cosine' | 'angle'): PlaneBoundaries => ({
    first: inPlane(targets[0], measure),
    second: inPlane(targets[1], measure),
  })
  const up = Math.PI / 2
  const prototypes = [up + between / 2, up - between / 2] as const
  const fromTo = (direction: number, prototype: number): number =>
    Math.acos(Math.max(-1, Math.min(1, Math.cos(direction - prototype))))
  const half = (own: 0 | 1) => ({
    name: own === 0 ? 'W₁' : 'W₂',
    prototype: prototypes[own],
    sectors: sectorsOf(
      (direction) =>
        targets[own](fromTo(direction, prototypes[own])) -
        Math.cos(direction - prototypes[own === 0 ? 1 : 0]),
    ),
  })
  return {
    name,
    formula,
    cosine: plane('cosine'),
    angle: plane('angle'),
    circle: [half(0), half(1)],
    widthDegrees: targets[0] === targets[1] ? inDegrees(marginWidth(targets[0], between).angle) : 0,
  }
}

/**
 * The angle on the boundary, in degrees. Where any will do or none will it is off the plane, so that the line leaves it there and
 * is not drawn along its edge.
 */
function angleInPlane(target: FallingLogit, theta: number): number {
  const value = target(theta)
  return value > 1 ? -1 : value < -1 ? 181 : inDegrees(boundaryAngle(target, theta))
}

/** The points within the plane. */
function* planeRows(what: 'cosine' | 'angle', loss: string, { first, second }: PlaneBoundaries) {
  const [low, high] = what === 'cosine' ? [-1, 1] : [0, 180]
  for (const [i, { x, y }] of [first, second].entries())
    for (let k = 0; k < x.length; k++) {
      if (!(y[k]! >= low && y[k]! <= high)) continue
      // On the boundary of class 2 the measures are exchanged.
      yield i === 0 ? [what, loss, 1, x[k]!, y[k]!] : [what, loss, 2, y[k]!, x[k]!]
    }
}
