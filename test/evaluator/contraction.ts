import {
  type Attributes,
  broadcastIndices,
  broadcastShapes,
  count,
  forEachIndex,
  type Kernel,
  list,
  number,
  stridesOf,
  type Values,
  zeros,
} from './values.ts'

const matmul: Kernel = ([a, b]) => {
  const [m, k] = a!.shape.slice(-2) as [number, number]
  const [k2, n] = b!.shape.slice(-2) as [number, number]
  if (k !== k2) throw new Error(`evaluator: MatMul of [${a!.shape}] and [${b!.shape}]`)
  const batchA = a!.shape.slice(0, -2)
  const batchB = b!.shape.slice(0, -2)
  const batch = broadcastShapes(batchA, batchB)
  const ia = broadcastIndices(batchA, batch)
  const ib = broadcastIndices(batchB, batch)
  const y = zeros([...batch, m, n], a!.dtype)
  for (let s = 0; s < ia.length; s++)
    for (let i = 0; i < m; i++)
      for (let l = 0; l < k; l++) {
        const factor = a!.data[(ia[s]! * m + i) * k + l]!
        for (let j = 0; j < n; j++)
          y.data[(s * m + i) * n + j]! += factor * b!.data[(ib[s]! * k + l) * n + j]!
      }
  return y
}

/** ONNX Runtime's product with operands read transposed (domain com.microsoft). */
const fusedMatmul: Kernel = ([a, b], attributes) => {
  if (number(attributes, 'alpha', 1) !== 1) throw new Error('evaluator: FusedMatMul with alpha')
  const read = (x: Values, transposed: boolean): Values => (transposed ? swapLastAxes(x) : x)
  return matmul(
    [read(a!, number(attributes, 'transA', 0) === 1), read(b!, number(attributes, 'transB', 0) === 1)],
    {},
  )
}

function swapLastAxes(x: Values): Values {
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  const y = zeros([...x.shape.slice(0, -2), columns, rows], x.dtype)
  for (let i = 0; i < x.data.length; i++) {
    const row = Math.floor(i / columns) % rows
    const matrix = Math.floor(i / (rows * columns))
    y.data[(matrix * columns + (i % columns)) * rows + row] = x.data[i]!
  }
  return y
}

interface Walk {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  readonly group: number
}

const walkOf = (attributes: Attributes): Walk => ({
  strides: list(attributes, 'strides', [1, 1]),
  dilations: list(attributes, 'dilations', [1, 1]),
  pads: list(attributes, 'pads', [0, 0, 0, 0]),
  group: number(attributes, 'group', 1),
})

/** Calls `visit(small, large)` for the flat indices within one plane that a kernel's tap at (p, q) connects. */
function forEachPair(
  [h, w]: readonly [number, number],
  [oh, ow]: readonly [number, number],
  [p, q]: readonly [number, number],
  { strides, dilations, pads }: Walk,
  visit: (small: number, large: number) => void,
): void {
  for (let i = 0; i < oh; i++) {
    const row = i * strides[0]! + p * dilations[0]! - pads[0]!
    if (row < 0 || row >= h) continue
    for (let j = 0; j < ow; j++) {
      const column = j * strides[1]! + q * dilations[1]! - pads[1]!
      if (column >= 0 && column < w) visit(i * ow + j, row * w + column)
    }
  }
}

const conv: Kernel = ([x, w, bias], attributes) => {
  const walk = walkOf(attributes)
  const [n, ci, height, width] = x!.shape as [number, number, number, number]
  const [co, cg, kh, kw] = w!.shape as [number, number, number, number]
  if (cg * walk.group !== ci) throw new Error(`evaluator: Conv of [${x!.shape}] and [${w!.shape}]`)
  const out = [height, width].map(
    (size, axis) =>
      Math.floor(
        (size +
          walk.pads[axis]! +
          walk.pads[axis + 2]! -
          (w!.shape[2 + axis]! - 1) * walk.dilations[axis]! -
          1) /
          walk.strides[axis]!,
      ) + 1,
  ) as [number, number]
  const y = zeros([n, co, ...out], x!.dtype)
  const plane = count(out)
  for (let s = 0; s < n; s++)
    for (let o = 0; o < co; o++) {
      const base = (s * co + o) * plane
      if (bias) y.data.fill(bias.data[o]!, base, base + plane)
      const firstChannel = Math.floor(o / (co / walk.group)) * cg
      for (let c = 0; c < cg; c++)
        for (let p = 0; p < kh; p++)
          for (let q = 0; q < kw; q++) {
            const tap = w!.data[((o * cg + c) * kh + p) * kw + q]!
            const from = (s * ci + firstChannel + c) * height * width
            forEachPair([height, width], out, [p, q], walk, (small, large) => {
              y.data[base + small]! += tap * x!.data[from + large]!
            })
          }
    }
  return y
}

const convTranspose: Kernel = ([x, w], attributes): Values => {
  const walk = walkOf(attributes)
  const extra = list(attributes, 'output_padding', [0, 0])
  const [n, ci, height, width] = x!.shape as [number, number, number, number]
  const [wi, cg, kh, kw] = w!.shape as [number, number, number, number]
  const co = cg * walk.group
  if (wi !== ci) throw new Error(`evaluator: ConvTranspose of [${x!.shape}] and [${w!.shape}]`)
  const out = [height, width].map(
    (size, axis) =>
      walk.strides[axis]! * (size - 1) +
      extra[axis]! +
      (w!.shape[2 + axis]! - 1) * walk.dilations[axis]! +
      1 -
      walk.pads[axis]! -
      walk.pads[axis + 2]!,
  ) as [number, number]
  const y = zeros([n, co, ...out], x!.dtype)
  const plane = count(out)
  for (let s = 0; s < n; s++)
    for (let c = 0; c < ci; c++)
      for (let o = 0; o < cg; o++)
        for (let p = 0; p < kh; p++)
          for (let q = 0; q < kw; q++) {
            const tap = w!.data[((c * cg + o) * kh + p) * kw + q]!
            const from = (s * ci + c) * height * width
            const group = Math.floor(c / (ci / walk.group))
            const base = (s * co + group * cg + o) * plane
            forEachPair(out, [height, width], [p, q], walk, (small, large) => {
              y.data[base + large]! += tap * x!.data[from + small]!
            })
          }
  return y
}

/** Into and out of maps in blocks of channels, which are [N, C, H, W] to a graph. */
const reordered =
  (permutation: readonly number[]): Kernel =>
  ([x], attributes) => {
    if (number(attributes, 'channels_last', 0) === 0) return x!
    const y = zeros(
      permutation.map((axis) => x!.shape[axis]!),
      x!.dtype,
    )
    const strides = stridesOf(x!.shape)
    forEachIndex(y.shape, (index, flat) => {
      y.data[flat] = x!.data[permutation.reduce((at, axis, i) => at + index[i]! * strides[axis]!, 0)]!
    })
    return y
  }

/** Operators that multiply and sum. */
export const contractionKernels: Readonly<Record<string, Kernel>> = {
  MatMul: matmul,
  Conv: conv,
  ConvTranspose: convTranspose,
  'com.microsoft.FusedMatMul': fusedMatmul,
  'com.microsoft.nchwc.Conv': conv,
  'com.microsoft.nchwc.ReorderInput': reordered([0, 3, 1, 2]),
  'com.microsoft.nchwc.ReorderOutput': reordered([0, 2, 3, 1]),
}
