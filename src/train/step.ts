import { UsageError } from '../errors.ts'
import {
  cast,
  grad,
  type Initialiser,
  input,
  mul,
  parameter,
  type Shape,
  sub,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import type { Optimiser } from '../optim/index.ts'
import { nextName } from '../runtime/session.ts'

/** Pixels [N, 3, H, W] to features [N, D]. */
export type Backbone = (pixels: Tensor) => Tensor

/** Features [N, D], prototypes [C, D] and labels [N] int32 to the mean loss []. */
export type Loss = (x: Tensor, W: Tensor, labels: Tensor) => Tensor

export interface StepOptions {
  readonly backbone: Backbone
  readonly loss: Loss
  readonly optimiser: Optimiser
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly classes: number
  /** First values of the prototypes. */
  readonly prototypes: Initialiser
  /** What takes the place of the prototypes before each step (renormalisation in place); nothing by default. */
  readonly project?: (W: Tensor) => Tensor
  /** What to report besides the loss, from what the loss sees: scalars, and float32 tensors of other shapes. */
  readonly metrics?: (x: Tensor, W: Tensor, labels: Tensor) => Readonly<Record<string, Tensor>>
  /** Multipliers of learning rate and weight decay of a parameter, by its name; 1 by default. */
  readonly scales?: (name: string) => { readonly rate?: number; readonly decay?: number }
}

/** A learnt or kept tensor of the step. */
export interface StateTensor {
  readonly name: string
  readonly shape: Shape
  /** The first value, or null for zeros. */
  readonly init: Initialiser | null
}

/** One training step as a graph: what it gives, what it keeps, and the scalars that follow the step. */
export interface Step {
  /** `loss`, the metrics, and the next value of each state tensor. */
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly state: readonly StateTensor[]
  /** Scalars to feed, by name, as functions of the step (1 at the first of `steps`). */
  readonly scheduled: ReadonlyMap<string, (step: number, steps: number) => number>
  /** Pixels uint8 [N, H, W, 3] as fed, and the features [N, D] that come of them. */
  readonly image: Tensor
  readonly feature: Tensor
  /** Names and shapes of the learnt tensors, the head's included. */
  readonly parameters: readonly { readonly name: string; readonly shape: Shape }[]
}

/** Name of the prototypes' parameter [C, D]. */
export const prototypesName = 'head.weight'

/** Name of the learning rate's input []. */
export const rateName = 'rate'

const stateName = (parameterName: string, kind: string): string => `${parameterName}#${kind}`

/** Bytes in 0 … 255 to the network's range: (v − 127.5) / 128, channels first. */
export function preprocess(image: Tensor): Tensor {
  return transpose(mul(sub(cast(image, 'float32'), 127.5), 1 / 128), [0, 3, 1, 2])
}

/**
 * Builds the graph of one training step: forward, loss, gradients, update.
 * @throws UsageError when the backbone's output is not [N, D]; ShapeError when shapes do not fit
 */
export function buildStep({
  backbone,
  loss,
  optimiser,
  batch,
  height,
  width,
  classes,
  prototypes,
  project = (W) => W,
  metrics = () => ({}),
  scales = () => ({}),
}: StepOptions): Step {
  const image = input('image', [batch, height, width, 3], 'uint8')
  const labels = input('labels', [batch], 'int32')
  const rate = input(rateName, [])
  const feature = backbone(preprocess(image))
  const dimensions = feature.shape[1]
  if (feature.shape.length !== 2 || feature.shape[0] !== batch || !dimensions)
    throw new UsageError(`train: the backbone must give [${batch}, D], got [${feature.shape}]`)
  const stored = parameter(prototypesName, [classes, dimensions], { init: prototypes })
  const W = project(stored)
  const mean = loss(feature, W, labels)

  const reported = { loss: mean, ...metrics(feature, W, labels) }
  const outputs: Record<string, Tensor> = { ...reported }
  const scheduled = new Map<string, (step: number, steps: number) => number>()
  const state: StateTensor[] = []
  const parameters: Tensor[] = []
  for (const { leaf } of topologicalOrder(Object.values(reported)))
    if (leaf?.kind === 'scheduled') scheduled.set(leaf.name, leaf.at)
  for (const node of topologicalOrder([mean])) if (node.leaf?.kind === 'parameter') parameters.push(node)
  // What the update reads and differentiates for a parameter: the projected prototypes, the parameter itself elsewhere.
  const values = parameters.map((p) => (p === stored ? W : p))
  const gradients = grad(mean, values)
  parameters.forEach((p, i) => {
    if (p.leaf?.kind !== 'parameter') return
    const { name, init } = p.leaf
    state.push({ name, shape: p.shape, init })
    const kept = optimiser.state.map((kind) => [kind, input(stateName(name, kind), p.shape)] as const)
    for (const [kind] of kept) state.push({ name: stateName(name, kind), shape: p.shape, init: null })
    const { rate: rateScale = 1, decay: decayScale = 1 } = scales(name)
    const next = optimiser.update(values[i]!, gradients[i]!, {
      rate,
      state: Object.fromEntries(kept),
      rateScale,
      decayScale,
    })
    outputs[nextName(name)] = next.p
    for (const [kind] of kept) outputs[nextName(stateName(name, kind))] = next.state[kind]!
  })
  return {
    outputs,
    state,
    scheduled,
    image,
    feature,
    parameters: parameters.map((p) => ({
      name: p.leaf?.kind === 'parameter' ? p.leaf.name : '',
      shape: p.shape,
    })),
  }
}
