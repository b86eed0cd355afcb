import { elementCount, type Tensor, topologicalOrder } from '../graph/index.ts'

/** How large a network is, and what one row of its output costs. */
export interface NetworkSize {
  /** Learnt numbers. */
  readonly parameters: number
  /** Multiplications with an addition in convolutions and matrix products, a row (published as MAdds, also as FLOPs). */
  readonly multiplyAdds: number
}

/**
 * Counts what `features` [N, D] are made with, as papers do: what is done element by element (biases, activations, batch
 * normalisation, which is folded away) is left out.
 */
export function networkSize(features: Tensor): NetworkSize {
  let parameters = 0
  let multiplyAdds = 0
  for (const { op, leaf, shape, inputs } of topologicalOrder([features])) {
    if (leaf?.kind === 'parameter') parameters += elementCount(shape)
    // Each output of a convolution takes one kernel of [Co, Ci / groups, Kh, Kw], that of a product a row of [..., M, K].
    if (op?.type === 'Conv') multiplyAdds += elementCount(shape) * elementCount(inputs[1]!.shape.slice(1))
    if (op?.type === 'MatMul') multiplyAdds += elementCount(shape) * inputs[0]!.shape.at(-1)!
  }
  return { parameters, multiplyAdds: multiplyAdds / features.shape[0]! }
}
