import { broadcastShape, elementCount, inversePermutation, type Shape, type Tensor } from '../graph/index.ts'

/** Values of parameters and kept tensors by name, row-major. */
export type KnownValues = ReadonlyMap<string, ArrayLike<number>>

type Elementwise = (a: number, b: number) => number

const elementwise: Readonly<Record<string, Elementwise>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** Whether `constantValue` can work an operator out. */
export const isComputable = ({ op }: Tensor): boolean =>
  op !== null && (op.type in elementwise || op.type in others) && (op.domain ?? '') === ''

/** The value of a tensor that depends on constants and `values` alone, in float64, row-major. */
export function constantValue(tensor: Tensor, values: KnownValues): ArrayLike<number> {
  const { leaf, op, inputs, shape } = tensor
  if (leaf?.kind === 'constant') return leaf.data
  if (leaf) return values.get(leaf.name)!
  const given = inputs.map((x) => constantValue(x, values))
  const combine = elementwise[op!.type]
  if (combine) {
    const [a, b] = inputs.map((x, i) => ({ data: given[i]!, strides: broadcastStrides(x.shape, shape) }))
    const y = new Float64Array(elementCount(shape))
    walk(shape, [a!.strides, b!.strides], (at, [i, j]) => {
      y[at] = combine(a!.data[i!]!, b!.data[j!]!)
    })
    return y
  }
  return others[op!.type]!(tensor, given)
}

/** Strides with which an array of shape `x` is read while one walks through `shape`; 0 where it is repeated. */
function broadcastStrides(x: Shape, shape: Shape): number[] {
  broadcastShape(x, shape)
  let step = 1
  const own = new Array<number>(x.length)
  for (let axis = x.length - 1; axis >= 0; axis--) {
    own[axis] = x[axis] === 1 ? 0 : step
    step *= x[axis]!
  }
  return [...new Array<number>(shape.length - x.length).fill(0), ...own]
}

/** Visits every element of `shape` in order, with its place and the places that each of `strides` gives it. */
function walk(
  shape: Shape,
  strides: readonly (readonly number[])[],
  visit: (at: number, places: readonly number[]) => void,
): void {
  const index = new Array<number>(shape.length).fill(0)
  const places = strides.map(() => 0)
  const total = elementCount(shape)
  for (let at = 0; at < total; at++) {
    visit(at, places)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const wraps = ++index[axis]! === shape[axis]
      for (let k = 0; k < strides.length; k++)
        places[k]! += wraps ? strides[k]![axis]! * (1 - shape[axis]!) : strides[k]![axis]!
      if (!wraps) break
      index[axis] = 0
    }
  }
}

type Other = (tensor: Tensor, given: readonly ArrayLike<number>[]) => ArrayLike<number>

const unary =
  (f: (x: number) => number): Other =>
  (_, [x]) =>
    Float64Array.from(x!, f)

const reordered: Other = ({ inputs, op, shape }, [x]) => {
  const inverse = inversePermutation(op!.attributes!.perm as readonly number[])
  const own = broadcastStrides(
    inputs[0]!.shape.map((size) => size),
    inputs[0]!.shape,
  )
  const strides = shape.map((_, axis) => own[inverse.indexOf(axis)]!)
  const y = new Float64Array(x!.length)
  walk(shape, [strides], (at, [i]) => {
    y[at] = x![i!]!
  })
  return y
}

const others: Readonly<Record<string, Other>> = {
  Sqrt: unary(Math.sqrt),
  Neg: unary((x) => -x),
  Identity: (_, [x]) => x!,
  Reshape: (_, [x]) => x!,
  Transpose: reordered,
  Expand: ({ inputs, shape }, [x]) => {
    const y = new Float64Array(elementCount(shape))
    walk(shape, [broadcastStrides(inputs[0]!.shape, shape)], (at, [i]) => {
      y[at] = x![i!]!
    })
    return y
  },
  ReduceSum: ({ inputs, op, shape }, [x]) => {
    const axes = op!.operands![0]!
    const kept = inputs[0]!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const y = new Float64Array(elementCount(shape))
    walk(inputs[0]!.shape, [broadcastStrides(kept, inputs[0]!.shape)], (at, [i]) => {
      y[i!]! += x![at]!
    })
    return y
  },
  MatMul: ({ inputs, shape }, [a, b]) => {
    const [rows, inner] = inputs[0]!.shape as readonly [number, number]
    const columns = inputs[1]!.shape[1]!
    const y = new Float64Array(elementCount(shape))
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < inner; k++)
        for (let j = 0; j < columns; j++) y[i * columns + j]! += a![i * inner + k]! * b![k * columns + j]!
    return y
  },
}
