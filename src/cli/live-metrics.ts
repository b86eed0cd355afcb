import { cast, mul, reduceMax, reduceSum, sub, type Tensor } from '../graph/index.ts'
import { angularMetrics, cosine, oneHot, unit } from '../losses/index.ts'

/** Embeddings of up to so many dimensions are shown as points. */
const shownDimensions = 3
/** Prototypes beyond so many would hide the sphere and fill the file. */
const shownPrototypes = 200

/**
 * What a watched step reports besides its metrics: of each sample the cosine to its own prototype, `own` [N], and the largest to
 * another, `other` [N]; of an embedding in two or three dimensions also `points` [N, D] on the sphere, their `pointLabels` [N], and
 * `prototypes` [C, D] where there are at most 200. They read what the loss reads and change nothing of what is learnt.
 */
export function liveMetrics(x: Tensor, W: Tensor, labels: Tensor): Readonly<Record<string, Tensor>> {
  const [classes, dimensions] = W.shape as readonly [number, number]
  const cosθ = cosine(x, W)
  const hot = oneHot(labels, classes)
  return {
    ...angularMetrics(x, W, labels),
    own: reduceSum(mul(hot, cosθ), [1]),
    // Less than any cosine in the place of its own.
    other: reduceMax(sub(cosθ, mul(4, hot)), [1]),
    ...(dimensions <= shownDimensions && {
      points: unit(x),
      pointLabels: cast(labels, 'float32'),
      ...(classes <= shownPrototypes && { prototypes: unit(W) }),
    }),
  }
}
