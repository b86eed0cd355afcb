import { constant, input, matmul } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'

/**
 * The model `y = b·w` of a tile: b [rows, columns] -> y [rows, stride], where w [columns, stride] is stored, so that the runtime
 * brings it into its own order once.
 */
export function tileModel(rows: number, w: Float32Array, columns: number): Uint8Array {
  const y = matmul(input('b', [rows, columns]), constant(w, [columns, w.length / columns]))
  return emit({ y }, { name: 'tile' })
}
