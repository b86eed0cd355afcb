import { parameter, type Tensor } from '../graph/index.ts'

/** The parameter `head.bias` [1] of the losses that have one threshold for all classes; starts at `start`. */
export const headThreshold = (start: number): Tensor =>
  parameter('head.bias', [1], { init: () => Float32Array.of(start) })
