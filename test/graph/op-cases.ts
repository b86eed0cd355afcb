import type * as graph from '../../src/graph/index.ts'
import { constant, mul, type Tensor } from '../../src/graph/index.ts'
import { type InputSpec, inputTensors, ofDtype, positive } from './op-inputs.ts'

/** What `src/graph/index.ts` exports besides operators. */
export const otherExports = [
  'apply',
  'broadcastShape',
  'constant',
  'drawn',
  'dtypeCode',
  'elementCount',
  'geometryOf',
  'grad',
  'input',
  'inversePermutation',
  'keeping',
  'kept',
  'nextOfKept',
  'parameter',
  'print',
  'rewrite',
  'scheduled',
  'tensor',
  'topologicalOrder',
  'unify',
  'withoutKeeping',
] as const

/** Operators by the name of their export; a new one that is not in the table below does not compile. */
export type OpName = Exclude<keyof typeof graph, (typeof otherExports)[number]>

/** One use of an operator. */
export interface OpCase<F> {
  readonly what: string
  readonly inputs: Readonly<Record<string, InputSpec>>
  /** Builds the use from the exported function and tensors for `inputs`. */
  readonly build: (op: F) => { readonly x: Readonly<Record<string, Tensor>>; readonly y: Tensor }
}

const use = <F, Names extends string>(
  what: string,
  inputs: Readonly<Record<Names, InputSpec>>,
  build: (op: F, x: Record<Names, Tensor>) => Tensor,
): OpCase<F> => ({
  what,
  inputs,
  build: (op) => {
    const x = inputTensors(inputs)
    return { x, y: build(op, x) }
  },
})

type BinaryOp = (a: graph.Operand, b: graph.Operand) => Tensor
type UnaryOp = (x: Tensor) => Tensor

const binaryCases: readonly OpCase<BinaryOp>[] = [
  use('of equal shapes', { a: [2, 3], b: positive([2, 3]) }, (op, { a, b }) => op(a, b)),
  use('broadcast both ways', { a: [2, 1, 3], b: positive([4, 1]) }, (op, { a, b }) => op(a, b)),
  use('with a scalar on the left', { b: positive([2, 3]) }, (op, { b }) => op(1.25, b)),
  use('with a scalar on the right', { a: [2, 3] }, (op, { a }) => op(a, 0.75)),
  use('of scalars', { a: [], b: positive([]) }, (op, { a, b }) => op(a, b)),
]

const ofOneTensorTwice: OpCase<BinaryOp> = use('of one tensor twice', { a: positive([3]) }, (op, { a }) =>
  op(a, a),
)

const integerCases: readonly OpCase<BinaryOp>[] = [
  use('of int32', { a: ofDtype('int32', [7]), b: ofDtype('int32', [2, 7]) }, (op, { a, b }) => op(a, b)),
  use('of int64', { a: ofDtype('int64', [7]), b: ofDtype('int64', [2, 1]) }, (op, { a, b }) => op(a, b)),
]

const unaryCases: readonly OpCase<UnaryOp>[] = [
  use('of a matrix', { x: [2, 3] }, (op, { x }) => op(x)),
  use('of a scalar', { x: [] }, (op, { x }) => op(x)),
]

const positiveCases: readonly OpCase<UnaryOp>[] = [
  use('of a matrix', { x: positive([2, 3]) }, (op, { x }) => op(x)),
]

const ofInt32: OpCase<UnaryOp> = use('of int32', { x: ofDtype('int32', [5]) }, (op, { x }) => op(x))

/** Every exported operator in use: each case is checked against definitions, in the runtime and as a printed gradient. */
export const opCases: { readonly [Name in OpName]: readonly OpCase<(typeof graph)[Name]>[] } = {
  add: [...binaryCases, ofOneTensorTwice, ...integerCases],
  sub: [...binaryCases, ...integerCases],
  mul: [...binaryCases, ofOneTensorTwice, ...integerCases],
  div: [
    ...binaryCases,
    use('of int32', { a: ofDtype('int32', [7]) }, (div, { a }) => div(a, constant([2], [], 'int32'))),
  ],
  // Of scalars one has no gradient.
  max: [...binaryCases.slice(0, 4), ...integerCases],
  min: [...binaryCases.slice(0, 4), ...integerCases],
  greater: [...binaryCases, ofOneTensorTwice, ...integerCases],
  less: [...binaryCases, ...integerCases],
  equal: [...binaryCases, ofOneTensorTwice, ...integerCases],
  neg: [...unaryCases, ofInt32],
  exp: unaryCases,
  log: positiveCases,
  sqrt: positiveCases,
  cos: unaryCases,
  sin: unaryCases,
  acos: [
    use('of a matrix', { x: [2, 3] }, (acos, { x }) => acos(mul(x, 0.5))),
    use('of a scalar', { x: [] }, (acos, { x }) => acos(mul(x, 0.5))),
  ],
  abs: [...unaryCases, ofInt32],
  relu: unaryCases,
  prelu: [
    use('of one slope a channel', { x: [2, 3, 2, 2], slope: [3, 1, 1] }, (prelu, { x, slope }) =>
      prelu(x, slope),
    ),
    use('of one slope', { x: [5], slope: [] }, (prelu, { x, slope }) => prelu(x, slope)),
  ],
  square: [...unaryCases, ofInt32],
  stopGradient: unaryCases,
  where: [
    use('of equal shapes', { c: ofDtype('bool', [2, 3]), a: [2, 3], b: [2, 3] }, (where, { c, a, b }) =>
      where(c, a, b),
    ),
    use('broadcast three ways', { c: ofDtype('bool', [3, 1]), a: [2, 1, 1], b: [4] }, (where, { c, a, b }) =>
      where(c, a, b),
    ),
    use('between scalars', { c: ofDtype('bool', [5]) }, (where, { c }) => where(c, 1, -1)),
    use(
      'of int32',
      { c: ofDtype('bool', [4]), a: ofDtype('int32', [4]), b: ofDtype('int32', []) },
      (where, { c, a, b }) => where(c, a, b),
    ),
  ],
  cast: [
    use('of bytes to real', { x: ofDtype('uint8', [2, 5]) }, (cast, { x }) => cast(x, 'float32')),
    use('of int32 to real', { x: ofDtype('int32', [6]) }, (cast, { x }) => cast(x, 'float32')),
    use('of bool to real', { x: ofDtype('bool', [6]) }, (cast, { x }) => cast(x, 'float32')),
    use('of real to int32, towards 0', { x: [9] }, (cast, { x }) => cast(x, 'int32')),
    use('of int64 to int32', { x: ofDtype('int64', [6]) }, (cast, { x }) => cast(x, 'int32')),
    use('of int32 to int64', { x: ofDtype('int32', [6]) }, (cast, { x }) => cast(x, 'int64')),
    use('of int32 to bool', { x: ofDtype('int32', [9]) }, (cast, { x }) => cast(x, 'bool')),
  ],
  matmul: [
    use('of matrices', { a: [2, 3], b: [3, 4] }, (matmul, { a, b }) => matmul(a, b)),
    use('of batches', { a: [2, 2, 3], b: [2, 3, 2] }, (matmul, { a, b }) => matmul(a, b)),
    use('of a batch and one matrix', { a: [2, 2, 3], b: [3, 2] }, (matmul, { a, b }) => matmul(a, b)),
    use('of one matrix and a batch', { a: [2, 3], b: [2, 3, 2] }, (matmul, { a, b }) => matmul(a, b)),
    use('of batches broadcast both ways', { a: [2, 1, 1, 3], b: [3, 3, 2] }, (matmul, { a, b }) =>
      matmul(a, b),
    ),
    use('of a row and a column', { a: [1, 3], b: [3, 1] }, (matmul, { a, b }) => matmul(a, b)),
    use('of int32', { a: ofDtype('int32', [2, 3]), b: ofDtype('int32', [3, 2]) }, (matmul, { a, b }) =>
      matmul(a, b),
    ),
  ],
  conv: [
    use('plain', { x: [2, 2, 4, 5], w: [3, 2, 3, 2] }, (conv, { x, w }) => conv(x, w)),
    use('padded', { x: [1, 2, 4, 3], w: [2, 2, 3, 3] }, (conv, { x, w }) =>
      conv(x, w, { pads: [1, 1, 1, 1] }),
    ),
    use('stride 2 on odd sizes', { x: [1, 1, 5, 7], w: [2, 1, 3, 3] }, (conv, { x, w }) =>
      conv(x, w, { strides: [2, 2], pads: [1, 1, 1, 1] }),
    ),
    use(
      'stride 2 that leaves a row and a column unused',
      { x: [1, 2, 6, 4], w: [1, 2, 3, 3] },
      (conv, { x, w }) => conv(x, w, { strides: [2, 2], pads: [0, 1, 0, 0] }),
    ),
    use('1×1 with stride 3', { x: [2, 2, 6, 5], w: [2, 2, 1, 1] }, (conv, { x, w }) =>
      conv(x, w, { strides: [3, 3] }),
    ),
    use('dilated, with unequal pads', { x: [1, 1, 6, 5], w: [2, 1, 2, 3] }, (conv, { x, w }) =>
      conv(x, w, { dilations: [2, 2], pads: [2, 0, 1, 3] }),
    ),
    use('strides and dilations that differ', { x: [1, 2, 7, 6], w: [1, 2, 3, 2] }, (conv, { x, w }) =>
      conv(x, w, { strides: [1, 2], dilations: [2, 1], pads: [1, 0, 0, 1] }),
    ),
    use('with a kernel as large as the picture', { x: [2, 3, 3, 2], w: [4, 3, 3, 2] }, (conv, { x, w }) =>
      conv(x, w),
    ),
    use('in two groups, stride 2', { x: [2, 4, 5, 4], w: [6, 2, 3, 3] }, (conv, { x, w }) =>
      conv(x, w, { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
    ),
    use('depthwise', { x: [2, 3, 4, 5], w: [3, 1, 3, 3] }, (conv, { x, w }) =>
      conv(x, w, { group: 3, pads: [1, 1, 1, 1] }),
    ),
    use('depthwise over the whole picture', { x: [2, 3, 3, 2], w: [3, 1, 3, 2] }, (conv, { x, w }) =>
      conv(x, w, { group: 3 }),
    ),
  ],
  convTranspose: [
    use('plain', { x: [2, 3, 2, 3], w: [3, 2, 2, 3] }, (convTranspose, { x, w }) =>
      convTranspose(x, w, { size: [3, 5] }),
    ),
    use('stride 2 to an even size', { x: [1, 2, 2, 3], w: [2, 1, 3, 3] }, (convTranspose, { x, w }) =>
      convTranspose(x, w, { strides: [2, 2], pads: [1, 1, 1, 1], size: [4, 6] }),
    ),
    use('dilated, with unequal pads', { x: [1, 1, 3, 2], w: [1, 2, 2, 2] }, (convTranspose, { x, w }) =>
      convTranspose(x, w, { strides: [2, 1], dilations: [2, 1], pads: [0, 1, 1, 0], size: [7, 2] }),
    ),
    use('in two groups', { x: [2, 4, 2, 2], w: [4, 3, 2, 2] }, (convTranspose, { x, w }) =>
      convTranspose(x, w, { group: 2, strides: [2, 2], size: [4, 5] }),
    ),
  ],
  convWeight: [
    use('plain', { x: [2, 2, 4, 3], h: [2, 3, 3, 2] }, (convWeight, { x, h }) =>
      convWeight(x, h, { kernel: [2, 2] }),
    ),
    use('stride 2 that leaves a row unused', { x: [1, 2, 6, 5], h: [1, 2, 3, 3] }, (convWeight, { x, h }) =>
      convWeight(x, h, { strides: [2, 2], pads: [1, 1, 1, 1], kernel: [3, 3] }),
    ),
    use('in two groups', { x: [2, 4, 4, 3], h: [2, 6, 3, 2] }, (convWeight, { x, h }) =>
      convWeight(x, h, { group: 2, kernel: [2, 2] }),
    ),
  ],
  reshape: [
    use('to more axes', { x: [2, 6] }, (reshape, { x }) => reshape(x, [2, 3, 2])),
    use('of a scalar', { x: [] }, (reshape, { x }) => reshape(x, [1, 1])),
    use('of a reshape', { x: [2, 6] }, (reshape, { x }) => reshape(reshape(x, [12]), [4, 3])),
  ],
  transpose: [
    use('of a matrix', { x: [2, 3] }, (transpose, { x }) => transpose(x)),
    use('of four axes', { x: [2, 1, 3, 2] }, (transpose, { x }) => transpose(x, [3, 0, 2, 1])),
    use('of a transpose', { x: [2, 3, 2] }, (transpose, { x }) =>
      transpose(transpose(x, [1, 2, 0]), [0, 2, 1]),
    ),
  ],
  expand: [
    use('of an axis of size 1', { x: [2, 1] }, (expand, { x }) => expand(x, [2, 3])),
    use('to more axes', { x: [3] }, (expand, { x }) => expand(x, [2, 2, 3])),
    use('of a scalar', { x: [] }, (expand, { x }) => expand(x, [2, 1])),
  ],
  slice: [
    use('of a range', { x: [5, 2] }, (slice, { x }) => slice(x, 0, { start: 1, end: 4 })),
    use('of every other element', { x: [2, 5] }, (slice, { x }) => slice(x, 1, { step: 2 })),
    use('of every third element from the second to before the last', { x: [2, 9] }, (slice, { x }) =>
      slice(x, 1, { start: 1, end: 8, step: 3 }),
    ),
    use('of one element', { x: [4, 3] }, (slice, { x }) => slice(x, 0, { start: 3, step: 7 })),
  ],
  reverse: [
    use('of the last axis', { x: [2, 4] }, (reverse, { x }) => reverse(x, 1)),
    use('of an axis in the middle', { x: [2, 3, 2] }, (reverse, { x }) => reverse(x, 1)),
  ],
  pad: [
    use('of both ends', { x: [2, 3] }, (pad, { x }) => pad(x, 1, { before: 1, after: 2 })),
    use('of one end', { x: [2, 2, 1] }, (pad, { x }) => pad(x, 0, { before: 0, after: 1 })),
  ],
  concat: [
    use('of three along the first axis', { a: [1, 2], b: [3, 2], c: [2, 2] }, (concat, { a, b, c }) =>
      concat([a, b, c], 0),
    ),
    use('of one tensor twice', { a: [2, 2] }, (concat, { a }) => concat([a, a], 1)),
  ],
  reduceSum: [
    use('of everything', { x: [2, 3] }, (reduceSum, { x }) => reduceSum(x)),
    use('of one axis', { x: [2, 3, 2] }, (reduceSum, { x }) => reduceSum(x, [1])),
    use('of two axes that are kept', { x: [2, 3, 2] }, (reduceSum, { x }) =>
      reduceSum(x, [2, 0], { keepdims: true }),
    ),
    use('of int32', { x: ofDtype('int32', [2, 3]) }, (reduceSum, { x }) => reduceSum(x, [0])),
  ],
  reduceMean: [
    use('of everything', { x: [2, 3] }, (reduceMean, { x }) => reduceMean(x)),
    use('of two axes that are kept', { x: [2, 3, 2] }, (reduceMean, { x }) =>
      reduceMean(x, [0, 1], { keepdims: true }),
    ),
  ],
  reduceMax: [
    use('of everything', { x: [2, 3] }, (reduceMax, { x }) => reduceMax(x)),
    use('of one axis that is kept', { x: [2, 3] }, (reduceMax, { x }) =>
      reduceMax(x, [1], { keepdims: true }),
    ),
  ],
  argMax: [
    use('of the last axis', { x: [3, 5] }, (argMax, { x }) => argMax(x, 1)),
    use('of the first axis', { x: [4, 2] }, (argMax, { x }) => argMax(x, 0)),
    use('of equals', { x: ofDtype('int32', [5, 9]) }, (argMax, { x }) => argMax(x, 1)),
  ],
}
