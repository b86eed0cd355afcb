import { mul, type Operand, scheduled, sub, type Tensor } from '../graph/index.ts'
import { boundWarnings } from './bounds.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, fromZero, normaliseFeatures, scale } from './entry.ts'
import { oneHot } from './one-hot.ts'
import type { Similarity } from './sub-centres.ts'
import { cosine, norm } from './unit.ts'

/**
 * Large margin cosine loss (Wang et al. 2018, eq. 4): target logit s(cosθ_y − m), others s·cosθ_j. With `s` = null features
 * keep their length, ‖x‖ in place of s (start that one from a softmax model). `m` may be a scalar tensor (`marginRamp`).
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function lmcl(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    m = 0.35,
    similarity = cosine,
  }: { s?: Operand | null; m?: Operand; similarity?: Similarity } = {},
): Tensor {
  const cosθ = similarity(x, W)
  const margin = mul(m, oneHot(labels, cosθ.shape[1]!))
  return crossEntropy(mul(s ?? norm(x), sub(cosθ, margin)), labels)
}

/** A margin that grows in a straight line to `m` over the first `steps` steps (m/steps at the first), then stays: []. */
export const marginRamp = (m: number, steps: number): Tensor =>
  scheduled('margin', (step) => m * Math.min(1, step / steps))

/** LMCL in the catalogue. */
export const lmclEntry = entry({
  name: 'lmcl',
  aliases: ['cosface', 'am-softmax'],
  title: 'Large margin cosine loss (LMCL, CosFace)',
  paper: { authors: 'Wang et al.', year: 2018, equation: '4' },
  formula: 'target s(cosθ_y − m), others s·cosθ_j',
  options: [
    {
      name: 'margin',
      kind: 'number',
      default: 0.35,
      domain: { min: 0, max: 2 },
      published: 0.35,
      doc: 'm, which is taken from the cosine to the own class',
    },
    fromZero('marginRamp', 0, {
      published: null,
      whole: true,
      doc: 'steps over which the margin grows from 0 to m; 0 starts with m',
    }),
    scale(64, 64),
    normaliseFeatures(true),
  ],
  make: ({ margin, marginRamp: steps }, s) => {
    const m = steps === 0 ? (margin as number) : marginRamp(margin as number, steps as number)
    return {
      perLogit: true,
      loss: (x, W, labels) => lmcl(x, W, labels, { s, m }),
      warnings: (classes, dimensions) => boundWarnings({ s, m: margin as number, classes, dimensions }),
    }
  },
})
