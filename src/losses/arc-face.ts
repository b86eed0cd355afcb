import { mul, type Operand, type Tensor } from '../graph/index.ts'
import { addAngle } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { type Definition, entry, scale } from './entry.ts'
import { marginOption, rampedMargin, rampOption } from './margin-options.ts'
import { atOwnClass } from './own-class.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/**
 * Additive angular margin loss (ArcFace; Deng et al. 2019, eq. 3): target logit s·cos(θ_y + m), others s·cosθ_j. Past
 * θ_y = π − m the target goes on as s(cosθ_y − m·sin m). `m` in radians, 0 … 2, may be a scalar tensor (`marginRamp`).
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function arcFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { s = 64, m = 0.5, similarity = cosine }: { s?: Operand; m?: Operand; similarity?: Similarity } = {},
): Tensor {
  return crossEntropy(
    mul(
      s,
      atOwnClass(similarity(x, W), labels, (c) => addAngle(c, m)),
    ),
    labels,
  )
}

const options = [
  marginOption(0.5, { max: 2, doc: 'm in radians, which is added to the angle to the own class' }),
  rampOption,
  scale(64, 64),
]

const make: Definition['make'] = (values, s) => {
  const { similarity, prototypesPerClass } = similarityOf(values)
  const m = rampedMargin(values)
  return {
    perLogit: true,
    loss: (x, W, labels) => arcFace(x, W, labels, { s: s!, m, similarity }),
    prototypesPerClass,
  }
}

/** ArcFace in the catalogue. */
export const arcFaceEntry = entry({
  name: 'arcface',
  aliases: [],
  title: 'Additive angular margin loss (ArcFace)',
  paper: { authors: 'Deng et al.', year: 2019, equation: '3' },
  formula: 'target s·cos(θ_y + m), others s·cosθ_j',
  options,
  make,
})

/** ArcFace with several prototypes a class in the catalogue. */
export const subCentreArcFaceEntry = entry({
  name: 'sub-center-arcface',
  aliases: ['subcenter-arcface'],
  title: 'Sub-center ArcFace',
  paper: { authors: 'Deng et al.', year: 2020, equation: '4' },
  formula: 'as ArcFace, cosθ_j the largest of those to the K prototypes of class j',
  options: [...options, subCentresOption(3)],
  make,
})
