import {
  cast,
  constant,
  div,
  equal,
  max,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import type { BuiltLoss } from './entry.ts'
import { oneHot } from './one-hot.ts'
import { cosine } from './unit.ts'

/** What a step says of its batch besides the loss: [] each. */
export type Metrics = { readonly accuracy: Tensor; readonly cosine: Tensor }

/**
 * What open-set recognition cares for, under any loss with prototypes: `accuracy`, the share of samples that are nearest in
 * angle to their own prototype (a tie counts, NaN does not), and `cosine`, the mean cosine to it. In a step they share the
 * loss's matrix product. Of several prototypes a class the nearest stands for it. `x` [N, D], `W` [C·K, D], `labels` [N]
 * int32 -> [] each. @throws ShapeError
 */
export function angularMetrics(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { prototypesPerClass = 1 }: { prototypesPerClass?: number | undefined } = {},
): Metrics {
  const cosθ = classCosines(x, W, prototypesPerClass)
  // Compared with the largest, not by its place: ArgMax gives int64, which WebGPU cannot compare.
  const own = reduceSum(mul(oneHot(labels, cosθ.shape[1]!), cosθ), [1])
  return { accuracy: reduceMean(where(equal(own, reduceMax(cosθ, [1])), 1, 0)), cosine: reduceMean(own) }
}

/** The largest cosine of each row of `x` [N, D] to the K prototypes of each class, `W` [C·K, D] -> [N, C]. @throws ShapeError */
export function classCosines(x: Tensor, W: Tensor, prototypesPerClass = 1): Tensor {
  const all = cosine(x, W)
  if (prototypesPerClass === 1) return all
  const [n, rows] = all.shape as readonly [number, number]
  return reduceMax(reshape(all, [n, rows / prototypesPerClass, prototypesPerClass]), [2])
}

/** How the samples of a batch lie to one another: cosines, and which pairs are of one person, [N, N] each. */
export function pairCosines(x: Tensor, labels: Tensor): { cosθ: Tensor; positive: Tensor; self: Tensor } {
  const n = x.shape[0]!
  const self = constant(
    Float32Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
    [n, n],
  )
  const same = cast(equal(reshape(labels, [n, 1]), reshape(labels, [1, n])), 'float32')
  return { cosθ: cosine(x, x), positive: sub(same, self), self }
}

/**
 * The same for a loss without prototypes, within the batch: `accuracy`, the share of the samples nearest in angle to another
 * of their own class (a tie counts, NaN does not), `cosine`, the mean cosine of two of one class. Samples alone of their class
 * do not count; both are 0 where all are. `x` [N, D], `labels` [N] int32 -> [] each.
 */
export function pairMetrics(x: Tensor, labels: Tensor): Metrics {
  const { cosθ, positive, self } = pairCosines(x, labels)
  const partnered = reduceMax(positive, [1])
  const nearestOwn = reduceMax(sub(cosθ, mul(4, sub(1, positive))), [1])
  const nearest = reduceMax(sub(cosθ, mul(4, self)), [1])
  const right = mul(where(equal(nearestOwn, nearest), 1, 0), partnered)
  return {
    accuracy: div(reduceSum(right), max(reduceSum(partnered), 1)),
    cosine: div(reduceSum(mul(positive, cosθ)), max(reduceSum(positive), 1)),
  }
}

/** The metrics that fit a loss: by its prototypes, or by pairs of the batch where it has none. */
export const metricsOf =
  ({
    usesPrototypes = true,
    prototypesPerClass,
  }: Pick<BuiltLoss, 'usesPrototypes' | 'prototypesPerClass'>): ((
    x: Tensor,
    W: Tensor,
    labels: Tensor,
  ) => Metrics) =>
  (x, W, labels) =>
    usesPrototypes ? angularMetrics(x, W, labels, { prototypesPerClass }) : pairMetrics(x, labels)
