import { UsageError } from '../../errors.ts'
import {
  add,
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
  rewrite,
  stopGradient,
  sub,
  type Tensor,
  topologicalOrder,
  unify,
} from '../../graph/index.ts'
import { prototypesName, rateName } from '../step.ts'
import { updates } from '../updates.ts'
import type { HeadOptions, LossPartsOf } from './head.ts'
import { readOf } from './read-of.ts'

/** Names of what a chunk is fed besides what it reads, its state, the rate, and what the loss draws or schedules. */
export const chunkInputs = { labels: 'labels', top: 'top', share: 'share' } as const

/** The name under which the backbone gives, and a chunk is fed, the k-th value that all chunks read. */
const readName = (k: number): string => `read:${k}`

/** The name under which a chunk gives, and the backbone takes, the gradient of the loss in the k-th tensor that it reads. */
export const gradientName = (k: number): string => `read:${k}:gradient`

/** Whether an output of `learn` is the gradient in what was read. */
export const isGradientName = (name: string): boolean => /^read:\d+:gradient$/.test(name)

/** A chunk of classes as two graphs: first each chunk is looked at, then, when all are known, it learns. */
export interface ChunkStep {
  /** `top`, `sum`, `target`, `own`, `other` [N]: see `ChunkLook`. */
  readonly look: Readonly<Record<string, Tensor>>
  /** `read:0:gradient`, …: this chunk's share of each, and the next value of each of the chunk's state tensors. */
  readonly learn: Readonly<Record<string, Tensor>>
}

/**
 * The graphs of a chunk of `classes` classes. Its labels count from the chunk's first class; one outside names no class of it.
 * What depends on the features alone (their length, say) is the same for all chunks: it is not done here, but read (`read:0`, …).
 * Logits are computed in both graphs, unless what both compute is carried over. `learn` is fed the chunk's own largest logit `top` of each sample,
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
  const labels = input(chunkInputs.labels, [batch], 'int32')
  const [top, share] = [input(chunkInputs.top, [batch, 1]), input(chunkInputs.share, [batch, 1])]
  const stored = parameter(prototypesName, [classes * prototypesPerClass, dimensions], { init: prototypes })
  const W = project(stored)
  const { learnt, names, ...whole } = headOf({ parts, cosines }, { W, labels, dimensions })
  const inputs = new Map([...names].map(([node, name]) => [node, input(name, node.shape, node.dtype)]))
  const { logits, cosθ } = rewrite(whole, (node) => inputs.get(node) ?? null)
  const Y = oneHot(labels, classes)
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
  const all = grad(objective, [...learnt.map((node) => inputs.get(node)!), ...values])
  const [ofRead, gradients] = [all.slice(0, learnt.length), all.slice(learnt.length)]
  const rate = input(rateName, [])
  const look = {
    top: reshape(largest, [batch]),
    sum: reduceSum(weights, [1]),
    target: reduceSum(mul(Y, logits), [1]),
    own: reduceSum(mul(Y, cosθ), [1]),
    // Less than any cosine in the place of its own.
    other: reduceMax(sub(cosθ, mul(4, Y)), [1]),
  }
  const learn = {
    ...Object.fromEntries(ofRead.map((gradient, k) => [gradientName(k), gradient])),
    ...updates(parameters, gradients, { values, optimiser, rate, ...(scales && { scales }) }).outputs,
  }
  // What is read under one name is one input only when no gradient is asked for any more: each has its own.
  const one = unify<string>({ ...look, ...learn })
  const named = (outputs: object) =>
    Object.fromEntries(Object.keys(outputs).map((name) => [name, one[name]!]))
  return { look: named(look), learn: named(learn) }
}

/** Logits and cosines as functions of features, prototypes and labels. */
interface HeadParts {
  readonly parts: LossPartsOf
  readonly cosines: (x: Tensor, W: Tensor) => Tensor
}

/**
 * Logits and cosines [N, C] of a head, and what they read of the features [N, D], which are the input `feature`: `names` are
 * those of its values, the same where two have one value, and the logits learn by those of `learnt`.
 */
function headOf(
  { parts, cosines }: HeadParts,
  { W, labels, dimensions }: { readonly W: Tensor; readonly labels: Tensor; readonly dimensions: number },
): {
  readonly logits: Tensor
  readonly cosθ: Tensor
  readonly learnt: readonly Tensor[]
  readonly names: ReadonlyMap<Tensor, string>
} {
  const x = input('feature', [labels.shape[0]!, dimensions])
  const [logits, cosθ] = [parts(x, W, labels).logits, cosines(x, W)]
  const read = readOf([logits, cosθ], x)
  const values = Object.values(unify(Object.fromEntries(read.map((node, k) => [readName(k), node]))))
  const distinct = [...new Set(values)]
  const names = new Map(read.map((node, k) => [node, readName(distinct.indexOf(values[k]!))]))
  return { logits, cosθ, learnt: readOf([logits], x), names }
}

/**
 * What all chunks of a head read of `feature` [N, D], by name, and a scalar whose gradient in the features is that of the loss when
 * what chunks give as `gradientName` is fed under these names. Any labels will do, and any prototypes.
 */
export function readOfFeature(
  head: HeadParts,
  feature: Tensor,
  { prototypesPerClass = 1 }: { readonly prototypesPerClass?: number | undefined },
): { readonly read: Readonly<Record<string, Tensor>>; readonly pull: Tensor } {
  const [batch, dimensions] = feature.shape as [number, number]
  const W = input('none', [prototypesPerClass, dimensions])
  const { learnt, names } = headOf(head, { W, labels: input('labels', [batch], 'int32'), dimensions })
  const nodes = new Map([...names.keys()].map((node, k) => [node, String(k)]))
  const ofFeature = rewrite(Object.fromEntries([...nodes].map(([node, key]) => [key, node])), ({ leaf }) =>
    leaf?.kind === 'input' && leaf.name === 'feature' ? feature : null,
  )
  const at = (node: Tensor): Tensor => ofFeature[nodes.get(node)!]!
  return {
    read: Object.fromEntries([...names].map(([node, name]) => [name, at(node)])),
    pull: learnt
      .map((node, k) => reduceSum(mul(input(gradientName(k), node.shape), at(node))))
      .reduce((sum, part) => add(sum, part)),
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
