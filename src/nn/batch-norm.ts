import { ShapeError } from '../errors.ts'
import {
  add,
  div,
  elementCount,
  keeping,
  kept,
  mul,
  parameter,
  reduceMean,
  reshape,
  type Shape,
  sqrt,
  square,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { filled } from './initialisers.ts'
import { isTrained, type Training } from './training.ts'

export interface BatchNormOptions {
  /** Normalise by the batch and keep running statistics, or by those. */
  readonly training?: Training
  /** How far a step moves the running statistics towards the batch's, 0 … 1. */
  readonly momentum?: number
  /** Added to the variance. */
  readonly epsilon?: number
  /** Whether a scale γ a channel is learnt; 1 otherwise. */
  readonly scale?: boolean
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015), a channel at a time: γ·(x − mean)/√(variance + ε) + β, x [N, C] or
 * [N, C, H, W]. In training mean and variance are those of the batch, and the running ones, kept under `name.mean` and
 * `name.variance` (unbiased, as in PyTorch), follow: r ← (1 − momentum)·r + momentum·batch. γ is `name.weight`, β `name.bias`.
 * @throws ShapeError for other shapes, or in training where a channel has a single value
 */
export function batchNorm(
  x: Tensor,
  name: string,
  { training = false, momentum = 0.1, epsilon = 1e-5, scale = true }: BatchNormOptions = {},
): Tensor {
  const channels = x.shape[1]
  if (channels === undefined || (x.shape.length !== 2 && x.shape.length !== 4))
    throw new ShapeError(`batchNorm: x must be [N, C] or [N, C, H, W], got [${x.shape}] for ${name}`)
  const shape: Shape = x.shape.length === 2 ? [channels] : [channels, 1, 1]
  const mean = kept(`${name}.mean`, shape, { init: filled(0) })
  const variance = kept(`${name}.variance`, shape, { init: filled(1) })
  const beta = parameter(`${name}.bias`, shape, { init: filled(0) })
  const gamma = scale ? parameter(`${name}.weight`, shape, { init: filled(1) }) : 1
  const slope = (v: Tensor): Tensor => div(gamma, sqrt(add(v, epsilon)))
  if (!isTrained(training, name)) {
    // As one product and one sum, so that both can be folded into a neighbouring layer.
    const a = slope(variance)
    return add(mul(x, a), sub(beta, mul(mean, a)))
  }
  const axes = x.shape.length === 2 ? [0] : [0, 2, 3]
  const count = elementCount(x.shape) / channels
  if (count < 2)
    throw new ShapeError(`batchNorm: needs more than one value a channel in training, got one for ${name}`)
  const batchMean = reduceMean(x, axes, { keepdims: true })
  const centred = sub(x, batchMean)
  const batchVariance = reduceMean(square(centred), axes, { keepdims: true })
  const y = add(mul(centred, slope(batchVariance)), beta)
  const follow = (running: Tensor, batch: Tensor, factor = 1): Tensor =>
    add(mul(1 - momentum, running), mul(momentum * factor, reshape(batch, shape)))
  const withMean = keeping(y, mean, follow(mean, batchMean))
  return keeping(withMean, variance, follow(variance, batchVariance, count / (count - 1)))
}
