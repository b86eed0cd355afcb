import { exp, input, matmul } from '../../src/graph/index.ts'
import { emit } from '../../src/onnx/index.ts'
import type { TensorData } from '../../src/runtime/session.ts'

/** y = eˣ [2]. */
export const small = emit({ y: exp(input('x', [2])) }, { name: 'small' })

/** A chain of products that keeps one thread busy for a second or so: y = x · w²⁰, x and w [768, 768]. */
export function heavy(): Uint8Array {
  let y = input('x', [768, 768])
  const w = input('w', [768, 768])
  for (let i = 0; i < 20; i++) y = matmul(y, w)
  return emit({ y }, { name: 'heavy' })
}
const ones = (value: number): TensorData => ({
  type: 'float32',
  shape: [768, 768],
  data: new Float32Array(768 * 768).fill(value),
})
/** What `heavy` is fed; y is all ones. */
export const heavyFeeds = { x: ones(1), w: ones(1 / 768) }
