import { cast, constant, equal, reshape, type Tensor } from '../graph/index.ts'

/**
 * The rows of an identity matrix that int32 `labels` [N] name: float32 [N, classes]; a label outside 0 … classes − 1 gives
 * a row of zeros. Written as a comparison, for want of a OneHot kernel on WebGPU. @throws ShapeError
 */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const column = reshape(labels, [labels.shape[0] ?? 1, 1])
  const row = constant(
    Int32Array.from({ length: classes }, (_, j) => j),
    [1, classes],
    'int32',
  )
  return cast(equal(column, row), 'float32')
}
