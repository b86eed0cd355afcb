import { ShapeError, UsageError } from '../errors.ts'
import {
  grad,
  type Initialiser,
  input,
  nextOfKept,
  parameter,
  type Shape,
  type Tensor,
  topologicalOrder,
  withoutKeeping,
} from '../graph/index.ts'
import type { Random } from '../math/rng.ts'
import type { Optimiser } from '../optim/index.ts'
import { nextName } from '../runtime/session.ts'
import { type NetworkInput, networkInput } from './network-input.ts'
import { type Scales, type StateTensor, updates } from './updates.ts'

/** What a network, or a layer by its name, is built for: to be trained (batch statistics, dropout), or to be used. */
export interface Mode {
  readonly training?: boolean | ((layer: string) => boolean)
}

/** Pixels [N, 3, H, W], or vectors [N, K], to features [N, D]; not in training where nothing is said. */
export type Backbone = (pixels: Tensor, mode?: Mode) => Tensor

/**
 * Features [N, D], prototypes [C·K, D] (rows c·K … c·K + K − 1 are those of class c; most often K = 1) and labels [N] int32 to
 * the mean loss []. State goes with it by `keeping`.
 */
export type Loss = (x: Tensor, W: Tensor, labels: Tensor) => Tensor

export interface StepOptions extends NetworkInput {
  readonly backbone: Backbone
  readonly loss: Loss
  readonly optimiser: Optimiser
  readonly batch: number
  readonly classes: number
  /** Rows K of the prototypes a class; 1 by default. */
  readonly prototypesPerClass?: number | undefined
  /** First values of the prototypes. */
  readonly prototypes: Initialiser
  /** What takes the place of the prototypes before each step (renormalisation in place); nothing by default. */
  readonly project?: (W: Tensor) => Tensor
  /** What to report besides the loss, from what the loss sees: scalars, and float32 tensors of other shapes. */
  readonly metrics?: (x: Tensor, W: Tensor, labels: Tensor) => Readonly<Record<string, Tensor>>
  /** Multipliers of learning rate and weight decay of a parameter, by its name; 1 by default. */
  readonly scales?: Scales
  /** Parameters and layers of the backbone, by their names, that stay as they are; none by default. */
  readonly frozen?: ((name: string) => boolean) | undefined
}

/** One training step as a graph: what it gives, what it keeps, and the scalars that follow the step. */
export interface Step {
  /** `loss`, the metrics, and the next value of each state tensor. */
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly state: readonly StateTensor[]
  /** Scalars to feed, by name, as functions of the step (1 at the first of `steps`). */
  readonly scheduled: ReadonlyMap<string, (step: number, steps: number) => number>
  /** Pixels uint8 [N, H, W, 3] or vectors float32 [N, K] as fed, and the features [N, D] that come of them. */
  readonly image: Tensor
  readonly feature: Tensor
  /** Names and shapes of the parameters, frozen ones and the head's included; a loss without prototypes has no `head.weight`. */
  readonly parameters: readonly { readonly name: string; readonly shape: Shape }[]
  /** Names and shapes of the state that is kept and not learnt: running statistics, state of the loss. */
  readonly kept: readonly { readonly name: string; readonly shape: Shape }[]
  /** Random numbers to feed, by name: what draws them, and their shape. */
  readonly drawn: ReadonlyMap<
    string,
    { readonly shape: Shape; readonly draw: (random: Random, shape: Shape) => Float32Array }
  >
}

/** Name of the prototypes' parameter [C·K, D]. */
export const prototypesName = 'head.weight'

/** Name of the learning rate's input []. */
export const rateName = 'rate'

const nameAndShape = ({ leaf, shape }: Tensor): { name: string; shape: Shape } => ({
  name: leaf && 'name' in leaf ? leaf.name : '',
  shape,
})

/** How a backbone is built for a step: to be trained, but for what is frozen. */
export const modeOf = (frozen: StepOptions['frozen']): Mode => ({
  training: frozen ? (layer) => !frozen(layer) : true,
})

/** Parameters that learn, and those that stay. */
export function partedBy(
  frozen: StepOptions['frozen'],
  parameters: readonly Tensor[],
): readonly [learnt: Tensor[], still: Tensor[]] {
  const stays = ({ leaf }: Tensor): boolean => leaf?.kind === 'parameter' && frozen?.(leaf.name) === true
  return [parameters.filter((p) => !stays(p)), parameters.filter(stays)]
}

const firstOf = ({ leaf, shape }: Tensor): StateTensor[] =>
  leaf?.kind === 'parameter' ? [{ name: leaf.name, shape, init: leaf.init }] : []

/**
 * Builds the graph of one training step: forward, loss, gradients, update, and what is kept. Below what is frozen nothing is
 * differentiated; batch normalisation there goes by its running statistics, which stay.
 * @throws UsageError when the backbone's output is not [N, D], or all is frozen; ShapeError when shapes do not fit, or metrics read a parameter
 *   that the loss does not depend on
 */
export function buildStep({
  backbone,
  loss,
  optimiser,
  batch,
  height,
  width,
  vectors,
  classes,
  prototypesPerClass = 1,
  prototypes,
  project = (W) => W,
  metrics = () => ({}),
  scales = () => ({}),
  frozen,
}: StepOptions): Step {
  const { fed: image, seen } = networkInput(batch, { height, width, vectors })
  const labels = input('labels', [batch], 'int32')
  const rate = input(rateName, [])
  const feature = backbone(seen, modeOf(frozen))
  const dimensions = feature.shape[1]
  if (feature.shape.length !== 2 || feature.shape[0] !== batch || !dimensions)
    throw new UsageError(`train: the backbone must give [${batch}, D], got [${feature.shape}]`)
  const stored = parameter(prototypesName, [classes * prototypesPerClass, dimensions], { init: prototypes })
  const W = project(stored)
  const mean = loss(feature, W, labels)

  const reported = { loss: mean, ...metrics(feature, W, labels) }
  const outputs: Record<string, Tensor> = { ...reported }
  const scheduled = new Map<string, (step: number, steps: number) => number>()
  const state: StateTensor[] = []
  const parameters: Tensor[] = []
  const kept: Tensor[] = []
  const drawn = new Map<string, { shape: Shape; draw: (random: Random, shape: Shape) => Float32Array }>()
  for (const node of topologicalOrder(Object.values(reported))) {
    const { leaf, shape } = node
    if (leaf?.kind === 'scheduled') scheduled.set(leaf.name, leaf.at)
    if (leaf?.kind === 'drawn') drawn.set(leaf.name, { shape, draw: leaf.draw })
    if (leaf?.kind === 'kept') kept.push(node)
  }
  for (const node of topologicalOrder([mean])) if (node.leaf?.kind === 'parameter') parameters.push(node)
  // What the update reads and differentiates for a parameter: the projected prototypes, the parameter itself elsewhere.
  const [learnt, still] = partedBy(frozen, parameters)
  if (learnt.length === 0) throw new UsageError('train: everything is frozen, nothing is left to learn')
  const values = learnt.map((p) => (p === stored ? W : p))
  const gradients = grad(mean, values)
  const updated = updates(learnt, gradients, { values, optimiser, rate, scales })
  Object.assign(outputs, updated.outputs)
  // What stays has no next value.
  state.push(...updated.state, ...still.flatMap(firstOf))
  for (const node of topologicalOrder(Object.values(reported)))
    if (node.leaf?.kind === 'parameter' && !parameters.includes(node))
      throw new ShapeError(`train: metrics read a parameter that the loss does not, got ${node.leaf.name}`)
  const next = nextOfKept(Object.values(reported))
  for (const node of kept) {
    if (node.leaf?.kind !== 'kept') continue
    const { name, init } = node.leaf
    state.push({ name, shape: node.shape, init })
    outputs[nextName(name)] = next.get(node) ?? node
  }
  const { feature: given, ...emitted } = withoutKeeping({ ...outputs, feature })
  return {
    outputs: emitted,
    state,
    scheduled,
    image,
    feature: given,
    parameters: parameters.map(nameAndShape),
    kept: kept.map(nameAndShape),
    drawn,
  }
}
