import { add, cast, less, mul, reduceMax, reduceSum, sub, type Tensor, where } from '../../graph/index.ts'
import { type BuiltLoss, classCosines, metricsOf, oneHot, pairCosines, unit } from '../../losses/index.ts'

/** Embeddings of up to so many dimensions are shown as points. */
const shownDimensions = 3
/** Prototypes beyond so many would hide the sphere and fill the file. */
const shownPrototypes = 200

/**
 * What a watched step reports besides its metrics: of each sample the cosine to its own prototype, `own` [N], and the largest to
 * another, `other` [N] (without prototypes: to the nearest sample of its own class and of another); of an embedding in two or
 * three dimensions also `points` [N, D] on the sphere, their `pointLabels` [N], and `prototypes` [C·K, D] where there are at most
 * 200. They read what the loss reads and change nothing of what is learnt.
 */
export const liveMetrics =
  (built: Pick<BuiltLoss, 'usesPrototypes' | 'prototypesPerClass'>) =>
  (x: Tensor, W: Tensor, labels: Tensor): Readonly<Record<string, Tensor>> => {
    const { usesPrototypes = true, prototypesPerClass = 1 } = built
    const dimensions = x.shape[1]!
    return {
      ...metricsOf(built)(x, W, labels),
      ...(usesPrototypes ? toPrototypes(x, W, labels, prototypesPerClass) : toSamples(x, labels)),
      ...(dimensions <= shownDimensions && {
        points: unit(x),
        pointLabels: cast(labels, 'float32'),
        ...(usesPrototypes && W.shape[0]! <= shownPrototypes && { prototypes: unit(W) }),
      }),
    }
  }

type OwnAndOther = { readonly own: Tensor; readonly other: Tensor }

function toPrototypes(x: Tensor, W: Tensor, labels: Tensor, prototypesPerClass: number): OwnAndOther {
  const cosθ = classCosines(x, W, prototypesPerClass)
  const hot = oneHot(labels, cosθ.shape[1]!)
  // Less than any cosine in the place of its own.
  return { own: reduceSum(mul(hot, cosθ), [1]), other: reduceMax(sub(cosθ, mul(4, hot)), [1]) }
}

function toSamples(x: Tensor, labels: Tensor): OwnAndOther {
  const { cosθ, positive, self } = pairCosines(x, labels)
  return {
    own: orNone(reduceMax(sub(cosθ, mul(4, sub(1, positive))), [1])),
    other: orNone(reduceMax(sub(cosθ, mul(4, add(positive, self))), [1])),
  }
}

/** NaN, which is not counted, where there is no such sample in the batch. */
const orNone = (cosine: Tensor): Tensor => where(less(cosine, -2), Number.NaN, cosine)
