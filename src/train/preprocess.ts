import { cast, mul, sub, type Tensor, transpose } from '../graph/index.ts'

/** Bytes in 0 … 255 to the network's range: (v − 127.5) / 128, channels first: [N, H, W, 3] -> [N, 3, H, W]. */
export function preprocess(image: Tensor): Tensor {
  return transpose(mul(sub(cast(image, 'float32'), 127.5), 1 / 128), [0, 3, 1, 2])
}
