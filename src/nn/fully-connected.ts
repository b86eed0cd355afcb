import { add, type Initialiser, matmul, parameter, type Tensor, transpose } from '../graph/index.ts'
import { filled } from './initialisers.ts'

/** A fully connected layer with its own weight [out, K] and bias: x [N, K] -> [N, out]. */
export function fullyConnected(
  x: Tensor,
  name: string,
  { out, bias = true, init }: { readonly out: number; readonly bias?: boolean; readonly init: Initialiser },
): Tensor {
  const w = parameter(`${name}.weight`, [out, x.shape[1]!], { init })
  const y = matmul(x, transpose(w))
  return bias ? add(y, parameter(`${name}.bias`, [out], { init: filled(0) })) : y
}
