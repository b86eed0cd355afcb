import { UsageError } from '../errors.ts'
import {
  cast,
  constant,
  equal,
  exp,
  grad,
  input,
  mul,
  parameter,
  reduceMax,
  reduceSum,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import type { HeadOptions, LossPartsOf } from './head.ts'
import { prototypesName, rateName } from './step.ts'
import { updates } from './updates.ts'

/** Names of what a chunk is fed besides its state, the rate, and what the loss draws or schedules. */
export const chunkInputs = { feature: 'feature', labels: 'labels', top: 'top', share: 'share' } as const

/** The name under which a chunk gives, and the backbone takes, the gradient of the loss in the features [N, D]. */
export const gradientName = 'feature:gradient'

/** A chunk of classes as two graphs: first each chunk is looked at, then, when all are known, it learns. */
export interface ChunkStep {
  /** `top`, `sum`, `target`, `own`, `other` [N]: see `ChunkLook`. */
  readonly look: Readonly<Record<string, Tensor>>
  /** `feature:gradient` [N, D], this chunk's share of it, and the next value of each of the chunk's state tensors. */
  readonly learn: Readonly<Record<string, Tensor>>
}

/**
 * The graphs of a chunk of `classes` classes. Its labels count from the chunk's first class; one outside names no class of it.
 * Logits are computed in both graphs and stored in neither. `learn` is fed the chunk's own largest logit `top` of each sample,
 * and `share`, e^(top − largest of all)/(N·Σ e^(logit − largest of all)) over all classes, [N, 1] each: with those softmax is
 * exact in each chunk by itself.
 * @throws UsageError where the loss has a parameter that is not of classes
 */
export function buildChunk(
  {
    parts,
    cosines,
    batch,
    classes,
    prototypesPerClass = 1,
    prototypes,
    project = (W) => W,
    optimiser,
    scales,
    keeps = false,
  }: HeadOptions & {
    readonly parts: LossPartsOf
    readonly cosines: (x: Tensor, W: Tensor) => Tensor
    /** `learn` shares what `look` computes of each logit, to be carried over, instead of computing it from what it is fed. */
    readonly keeps?: boolean
  },
  { dimensions, perClass }: { readonly dimensions: number; readonly perClass: ReadonlyMap<string, number> },
): ChunkStep {
  const x = input(chunkInputs.feature, [batch, dimensions])
  const labels = input(chunkInputs.labels, [batch], 'int32')
  const [top, share] = [input(chunkInputs.top, [batch, 1]), input(chunkInputs.share, [batch, 1])]
  const stored = parameter(prototypesName, [classes * prototypesPerClass, dimensions], { init: prototypes })
  const W = project(stored)
  const { logits } = parts(x, W, labels)
  const Y = oneHot(labels, classes)
  const cosθ = cosines(x, W)
  const largest = reduceMax(logits, [1], { keepdims: true })

  const weights = exp(sub(logits, largest))

  // Softmax over all classes minus the target, over N: the gradient of the mean cross-entropy in these logits.
  const g = sub(mul(keeps ? weights : exp(sub(logits, top)), share), mul(Y, 1 / batch))
  const objective = reduceSum(mul(stopGradient(g), logits))
  const parameters = topologicalOrder([logits]).filter(({ leaf }) => leaf?.kind === 'parameter')
  for (const { leaf } of parameters)
    if (leaf && 'name' in leaf && !perClass.has(leaf.name))
      throw new UsageError(`head: chunked needs a loss whose parameters are of classes, got ${leaf.name}`)
  const values = parameters.map((p) => (p === stored ? W : p))
  const [dx, ...gradients] = grad(objective, [x, ...values])
  const rate = input(rateName, [])
  return {
    look: {
      top: reshape(largest, [batch]),
      sum: reduceSum(weights, [1]),
      target: reduceSum(mul(Y, logits), [1]),
      own: reduceSum(mul(Y, cosθ), [1]),
      // Less than any cosine in the place of its own.
      other: reduceMax(sub(cosθ, mul(4, Y)), [1]),
    },
    learn: {
      [gradientName]: dx!,
      ...updates(parameters, gradients, { values, optimiser, rate, ...(scales && { scales }) }).outputs,
    },
  }
}

/** The rows of an identity matrix that int32 `labels` [N] name: [N, classes]; zeros for a label outside. */
const oneHot = (labels: Tensor, classes: number): Tensor =>
  cast(
    equal(
      reshape(labels, [labels.shape[0]!, 1]),
      constant(
        Int32Array.from({ length: classes }, (_, j) => j),
        [1, classes],
        'int32',
      ),
    ),
    'float32',
  )
