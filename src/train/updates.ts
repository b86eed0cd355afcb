import { type Initialiser, input, type Shape, type Tensor } from '../graph/index.ts'
import type { Optimiser } from '../optim/index.ts'
import { nextName } from '../runtime/session.ts'

/** A learnt or kept tensor of the step. */
export interface StateTensor {
  readonly name: string
  readonly shape: Shape
  /** The first value, or null for zeros. */
  readonly init: Initialiser | null
}

/** Multipliers of learning rate and weight decay of a parameter, by its name; 1 where nothing is said. */
export type Scales = (name: string) => { readonly rate?: number; readonly decay?: number }

const stateName = (parameterName: string, kind: string): string => `${parameterName}#${kind}`

/**
 * What learning adds to a step: the next value of each of `parameters` and of the optimiser's state, as outputs by name, and
 * the state tensors. `values` are what the update reads for the parameters, and `gradients` are those of the values.
 */
export function updates(
  parameters: readonly Tensor[],
  gradients: readonly Tensor[],
  {
    values = parameters,
    optimiser,
    rate,
    scales = () => ({}),
  }: {
    readonly values?: readonly Tensor[]
    readonly optimiser: Optimiser
    readonly rate: Tensor
    readonly scales?: Scales
  },
): { readonly outputs: Record<string, Tensor>; readonly state: StateTensor[] } {
  const outputs: Record<string, Tensor> = {}
  const state: StateTensor[] = []
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
  return { outputs, state }
}
