import {
  add,
  grad,
  input,
  nextOfKept,
  type Tensor,
  topologicalOrder,
  withoutKeeping,
} from '../../graph/index.ts'
import { cutAt, lower, relayoutState, type StateLayouts } from '../../onnx/index.ts'
import { nextName } from '../../runtime/session.ts'
import { networkInput } from '../network-input.ts'
import { modeOf, partedBy, rateName, type StepOptions } from '../step.ts'
import { updates } from '../updates.ts'
import { readOfFeature } from './chunk-step.ts'
import type { LossPartsOf } from './head.ts'

/** A backbone's step, cut where its head comes in. */
export interface BackboneStep {
  /** What the head reads of the features, `read:0`, …, and what `backward` reads of the way there under the names `crossing`. */
  readonly forward: Readonly<Record<string, Tensor>>
  /** The next value of each state tensor, and `rest` [] where something is added to the cross-entropy. */
  readonly backward: Readonly<Record<string, Tensor>>
  readonly crossing: readonly string[]
  readonly layouts: StateLayouts
}

/** Name of the output that is added to the cross-entropy []. */
export const restName = 'rest'

/**
 * The step of everything but the head: images to what the head reads of their features, and, when the gradients of that have
 * come from the head, the update. What the loss adds to its cross-entropy and reads no prototype is here.
 */
export function backboneStep(
  {
    backbone,
    parts,
    cosines,
    batch,
    height,
    width,
    vectors,
    prototypesPerClass = 1,
    optimiser,
    scales,
    frozen,
    dimensions,
  }: StepOptions & {
    readonly parts: LossPartsOf
    readonly cosines: (x: Tensor, W: Tensor) => Tensor
    readonly dimensions: number
  },
  lowering: 'cpu' | 'plain',
): BackboneStep {
  const feature = backbone(networkInput(batch, { height, width, vectors }).seen, modeOf(frozen))
  // Any prototypes will do: `rest` reads none.
  const W = input('none', [prototypesPerClass, dimensions])
  const { rest } = parts(feature, W, input('labels', [batch], 'int32'))
  const { read, pull } = readOfFeature({ parts, cosines }, feature, { prototypesPerClass })
  const [parameters] = partedBy(
    frozen,
    topologicalOrder([feature]).filter(({ leaf }) => leaf?.kind === 'parameter'),
  )
  const gradients = grad(rest ? add(pull, rest) : pull, parameters)
  const learnt = updates(parameters, gradients, {
    optimiser,
    rate: input(rateName, []),
    ...(scales && { scales }),
  })
  const outputs: Record<string, Tensor> = { ...read, ...(rest && { [restName]: rest }), ...learnt.outputs }
  // A model must give something, even where all of it stays.
  if (parameters.length === 0) outputs.pull = pull
  const next = nextOfKept([feature])
  for (const node of topologicalOrder([feature]))
    if (node.leaf?.kind === 'kept') outputs[nextName(node.leaf.name)] = next.get(node) ?? node
  const plain = withoutKeeping(outputs)
  const { outputs: whole, layouts } =
    lowering === 'cpu' ? relayoutState(lower(plain), nextName) : { outputs: plain, layouts: new Map() }
  const { first, second, crossing } = cutAt(whole, Object.keys(read))
  return { forward: first, backward: second, crossing, layouts }
}
