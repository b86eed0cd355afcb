import { reshape, type Tensor } from '../graph/index.ts'

/** Each picture's map as one row: [N, C, H, W] -> [N, C·H·W]; rows stay as they are. */
export function flat(x: Tensor): Tensor {
  const [n, ...rest] = x.shape
  return reshape(x, [n!, rest.reduce((product, size) => product * size, 1)])
}
