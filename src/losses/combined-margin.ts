import { add, cos, greater, mul, type Operand, sub, type Tensor, where } from '../graph/index.ts'
import { angle } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, scale } from './entry.ts'
import { atOwnClass } from './own-class.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/** The three margins: a factor of the angle, radians added to it, and what is taken from the cosine. */
export interface CombinedMargins {
  /** Above 0, at most 4. */
  readonly m1?: number
  /** 0 … 2. */
  readonly m2?: number
  /** 0 … 2. */
  readonly m3?: number
}

/**
 * Where m1·θ + m2 reaches π and cos of it would rise again: past that angle the logit is cosθ less a shift, that of ArcFace
 * (δ·sin δ with δ = π − angle, its m where m1 is 1), or what keeps it at −1 if that is more. Infinite where it never does.
 */
export function combinedTurn(m1: number, m2: number): { readonly angle: number; readonly shift: number } {
  const turn = (Math.PI - m2) / m1
  if (turn >= Math.PI) return { angle: Number.POSITIVE_INFINITY, shift: 0 }
  const rest = Math.PI - turn
  return { angle: turn, shift: Math.max(rest * Math.sin(rest), 1 + Math.cos(turn)) }
}

/**
 * SphereFace, ArcFace and CosFace in one (Deng et al. 2019, eq. 4): target logit s(cos(m1·θ_y + m2) − m3), others s·cosθ_j;
 * past m1·θ_y + m2 = π the target goes on falling (`combinedTurn`), where SphereFace's ψ takes other pieces.
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function combinedMargin(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    m1 = 0.9,
    m2 = 0.4,
    m3 = 0.15,
    similarity = cosine,
  }: CombinedMargins & { s?: Operand; similarity?: Similarity } = {},
): Tensor {
  const { angle: turn, shift } = combinedTurn(m1, m2)
  const margin = (c: Tensor): Tensor => {
    const before = cos(add(mul(m1, angle(c)), m2))
    const falling = Number.isFinite(turn) ? where(greater(c, Math.cos(turn)), before, sub(c, shift)) : before
    return sub(falling, m3)
  }
  return crossEntropy(mul(s, atOwnClass(similarity(x, W), labels, margin)), labels)
}

/** The combined margin in the catalogue. */
export const combinedMarginEntry = entry({
  name: 'combined-margin',
  aliases: ['combined'],
  title: 'Combined margin',
  paper: { authors: 'Deng et al.', year: 2019, equation: '4' },
  formula: 'target s(cos(m1·θ_y + m2) − m3), others s·cosθ_j',
  options: [
    {
      name: 'm1',
      kind: 'number',
      default: 0.9,
      domain: { min: 0, max: 4, open: true },
      published: 0.9,
      doc: 'm1, by which the angle to the own class is multiplied; 1 with m2 0.5 and m3 0 is ArcFace',
    },
    {
      name: 'm2',
      kind: 'number',
      default: 0.4,
      domain: { min: 0, max: 2 },
      published: 0.4,
      doc: 'm2 in radians, which is added to it',
    },
    {
      name: 'm3',
      kind: 'number',
      default: 0.15,
      domain: { min: 0, max: 2 },
      published: 0.15,
      doc: 'm3, which is taken from the cosine',
    },
    scale(64, 64),
    subCentresOption(1),
  ],
  make: (values, s) => {
    const { similarity, prototypesPerClass } = similarityOf(values)
    const number = (name: string): number => values[name] as number
    const margins = { m1: number('m1'), m2: number('m2'), m3: number('m3') }
    return {
      perLogit: true,
      loss: (x, W, labels) => combinedMargin(x, W, labels, { s: s!, ...margins, similarity }),
      prototypesPerClass,
    }
  },
})
