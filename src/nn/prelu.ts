import { add, min, mul, parameter, relu, type Tensor } from '../graph/index.ts'
import { filled } from './initialisers.ts'

/** max(x, 0) + a·min(x, 0) with one learnt slope a a channel, 0.25 at the start (He et al. 2015): x [N, C, H, W]. */
export function prelu(x: Tensor, name: string): Tensor {
  const slope = parameter(`${name}.slope`, [x.shape[1]!, 1, 1], { init: filled(0.25) })
  return add(relu(x), mul(slope, min(x, 0)))
}
