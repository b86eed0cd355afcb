import { mul, type Operand, type Tensor } from '../graph/index.ts'
import { boundWarnings } from './bounds.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, normaliseFeatures, scale } from './entry.ts'
import type { Similarity } from './sub-centres.ts'
import { cosine, norm } from './unit.ts'

/**
 * Normalised softmax loss (Wang et al. 2018, eq. 3): logits s·cosθ_j. With `s` = null features keep their length, logits
 * ‖x‖cosθ_j: the modified softmax of Liu et al. 2017, eq. 5.
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function nsl(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { s = 30, similarity = cosine }: { s?: Operand | null; similarity?: Similarity } = {},
): Tensor {
  return crossEntropy(mul(s ?? norm(x), similarity(x, W)), labels)
}

/** NSL in the catalogue. */
export const nslEntry = entry({
  name: 'nsl',
  aliases: ['normalised-softmax'],
  title: 'Normalised softmax loss (NSL)',
  paper: { authors: 'Wang et al.', year: 2018, equation: '3' },
  formula: 's·cosθ_j for every class',
  options: [scale(30, null), normaliseFeatures(true)],
  make: (_, s) => ({
    perLogit: true,
    loss: (x, W, labels) => nsl(x, W, labels, { s }),
    warnings: (classes, dimensions) => boundWarnings({ s, m: 0, classes, dimensions }),
  }),
})
