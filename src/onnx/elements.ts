import { apply, type Op, type Tensor } from '../graph/index.ts'

/** Of each row of `x` [N, C] the element that `column` [N, 1], int32 in 0 … C − 1, names: [N, 1]. */
export function elementsOf(x: Tensor, column: Tensor): Tensor {
  const op: Op<[Tensor, Tensor]> = {
    type: 'GatherElements',
    attributes: { axis: 1 },
    infer: (a, index) => ({ shape: index.shape, dtype: a.dtype }),
    vjp: null,
  }
  return apply(op, x, column)
}

/** `x` [N, C] with `more` [N, 1] added to the element of each row that `column` [N, 1], int32 in 0 … C − 1, names. */
export function withAdded(x: Tensor, column: Tensor, more: Tensor): Tensor {
  const op: Op<[Tensor, Tensor, Tensor]> = {
    type: 'ScatterElements',
    attributes: { axis: 1, reduction: 'add' },
    infer: (a) => ({ shape: a.shape, dtype: a.dtype }),
    vjp: null,
  }
  return apply(op, x, column, more)
}
