import {
  add,
  div,
  keeping,
  kept,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  square,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { entry } from './entry.ts'
import type { LossOption } from './loss-options.ts'
import { oneHot } from './one-hot.ts'

/**
 * Center loss (Wen et al. 2016, eq. 2, as a mean): half the mean squared distance of features to the centres of their classes.
 * `x` [N, D], `centres` [C, D], `labels` [N] int32 -> []. @throws ShapeError
 */
export function centerLoss(x: Tensor, centres: Tensor, labels: Tensor): Tensor {
  const own = matmul(oneHot(labels, centres.shape[0]!), centres)
  return mul(reduceMean(reduceSum(square(sub(x, own)), [1])), 0.5)
}

/**
 * The centres after a batch (Wen et al. 2016, eq. 4): each moved by `rate` times Σ(x − c)/(1 + n) over the n samples of its
 * class. As `centerLoss` -> [C, D]. @throws ShapeError
 */
export function movedCentres(
  x: Tensor,
  centres: Tensor,
  labels: Tensor,
  { rate = 0.5 }: { rate?: number } = {},
): Tensor {
  const classes = centres.shape[0]!
  const Y = transpose(oneHot(labels, classes))
  const n = reduceSum(Y, [1], { keepdims: true })
  const toSamples = sub(matmul(Y, x), mul(n, centres))
  return add(centres, mul(rate, div(toSamples, add(1, n))))
}

/**
 * The loss that keeps its own centres, `head.centres` [C, D], all 0 at first; they are moved after each step. Alone it draws all
 * features to one point: the paper adds it to softmax, with weight 0.008 there or 0.003. As `centerLoss`.
 */
export function centerLossKept(
  x: Tensor,
  labels: Tensor,
  { classes, rate = 0.5 }: { classes: number; rate?: number },
): Tensor {
  const shape = [classes, x.shape[1]!]
  const centres = kept('head.centres', shape, { init: () => new Float32Array(shape[0]! * shape[1]!) })
  return keeping(centerLoss(x, centres, labels), centres, movedCentres(x, centres, labels, { rate }))
}

/** The option `centerRate`: α. */
export const centerRateOption: LossOption = {
  name: 'centerRate',
  kind: 'number',
  default: 0.5,
  domain: { min: 0, max: 1 },
  published: 0.5,
  doc: 'α, how fast the centres of center loss follow',
}

/** Center loss in the catalogue, alone; `center` of another loss adds it to that one, as the paper does to softmax. */
export const centerEntry = entry({
  name: 'center',
  aliases: ['center-loss'],
  title: 'Center loss',
  paper: { authors: 'Wen et al.', year: 2016, equation: '2' },
  formula: '½‖x − c_y‖²',
  options: [centerRateOption],
  make: ({ centerRate }) => ({
    usesPrototypes: false,
    loss: (x, W, labels) => centerLossKept(x, labels, { classes: W.shape[0]!, rate: centerRate as number }),
    warnings: () => [
      'center: alone it draws all features to one point; the paper adds it to softmax: loss softmax, center 0.008',
    ],
  }),
})
