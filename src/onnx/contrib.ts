import { apply, broadcastShape, type Op, type Tensor } from '../graph/index.ts'

/**
 * Matrix product with either operand read transposed (last two axes), [..., M, K] · [..., K, N]: ONNX Runtime's FusedMatMul.
 * Used by lowerings only: it has no gradient.
 */
export function fusedMatmul(a: Tensor, b: Tensor, { transA = false, transB = false } = {}): Tensor {
  const op: Op<[Tensor, Tensor]> = {
    type: 'FusedMatMul',
    domain: 'com.microsoft',
    attributes: { transA: transA ? 1 : 0, transB: transB ? 1 : 0 },
    infer: (p, q) => ({
      shape: [
        ...broadcastShape(p.shape.slice(0, -2), q.shape.slice(0, -2)),
        p.shape.at(transA ? -1 : -2)!,
        q.shape.at(transB ? -2 : -1)!,
      ],
      dtype: p.dtype,
    }),
    vjp: null,
  }
  return apply(op, a, b)
}

/** Where a strided window starts and how it walks along one axis. */
export interface Window {
  readonly axis: number
  readonly start: number
  readonly step: number
  readonly count: number
}

/** Strided windows along several axes at once, one Slice node. Used by lowerings only: it has no gradient. */
export function windows(x: Tensor, along: readonly Window[]): Tensor {
  const shape = [...x.shape]
  for (const { axis, count } of along) shape[axis] = count
  const op: Op<[Tensor]> = {
    type: 'Slice',
    operands: [
      along.map(({ start }) => start),
      along.map(({ start, step, count }) => start + step * (count - 1) + 1),
      along.map(({ axis }) => axis),
      along.map(({ step }) => step),
    ],
    infer: (a) => ({ shape, dtype: a.dtype }),
    vjp: null,
  }
  return apply(op, x)
}

/** x [N, H, W, C] with zeros around: one Pad node. Used by lowerings only: it has no gradient. */
export function padMap(
  x: Tensor,
  [top, left, bottom, right]: readonly [number, number, number, number],
): Tensor {
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return x
  const op: Op<[Tensor]> = {
    type: 'Pad',
    operands: [[0, top, left, 0, 0, bottom, right, 0]],
    infer: (a) => {
      const [n, h, w, c] = a.shape
      return { shape: [n!, h! + top + bottom, w! + left + right, c!], dtype: a.dtype }
    },
    vjp: null,
  }
  return apply(op, x)
}
