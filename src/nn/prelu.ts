import { parameter, prelu as preluOf, type Tensor } from '../graph/index.ts'
import { filled } from './initialisers.ts'

/** x or, below 0, a·x with one learnt slope a a channel, 0.25 at the start (He et al. 2015): x [N, C, H, W] or [N, C]. */
export function prelu(x: Tensor, name: string): Tensor {
  const [, channels, ...places] = x.shape
  return preluOf(x, parameter(`${name}.slope`, [channels!, ...places.map(() => 1)], { init: filled(0.25) }))
}
