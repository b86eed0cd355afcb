import { ShapeError } from '../errors.ts'
import { broadcastShape } from './broadcast.ts'
import { commonDtype, numeric, real } from './dtype.ts'
import { reshape, slice, transpose } from './movement.ts'
import { type Attribute, apply, type Op, type Shape, type Tensor } from './tensor.ts'

const swapLast = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, i) => i)
  const n = axes.length
  return transpose(x, [...axes.slice(0, n - 2), n - 1, n - 2])
}

const matmulOp: Op<[Tensor, Tensor]> = {
  type: 'MatMul',
  infer: (a, b) => {
    const [m, k] = a.shape.slice(-2)
    const [k2, n] = b.shape.slice(-2)
    if (a.shape.length < 2 || b.shape.length < 2 || k !== k2)
      throw new ShapeError(`matmul: shapes [${a.shape}] and [${b.shape}] do not fit`)
    return {
      shape: [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), m!, n!],
      dtype: commonDtype('matmul', [a, b], numeric),
    }
  },
  vjp: (g, _, a, b) => [matmul(g, swapLast(b)), matmul(swapLast(a), g)],
}

/** Matrix product of [..., M, K] and [..., K, N], leading axes broadcast. @throws ShapeError */
export const matmul = (a: Tensor, b: Tensor): Tensor => apply(matmulOp, a, b)

/**
 * How a convolution walks: strides and dilations along H and W, zeros around (top, left, bottom, right); and in how many groups
 * of channels, each of which sees its own part of the input's channels alone (as many as channels: depthwise).
 */
export interface ConvGeometry {
  readonly strides?: readonly [number, number]
  readonly dilations?: readonly [number, number]
  readonly pads?: readonly [number, number, number, number]
  readonly group?: number
}

type FullGeometry = Required<ConvGeometry>

/** The whole geometry; stride and dilation 1, no padding and one group where nothing is said. */
const complete = ({
  strides = [1, 1],
  dilations = [1, 1],
  pads = [0, 0, 0, 0],
  group = 1,
}: ConvGeometry): FullGeometry => ({ strides, dilations, pads, group })

/** How the convolution or transposed convolution of a node walks. @throws ShapeError for a node of another operator */
export function geometryOf({ op }: Tensor): Required<ConvGeometry> {
  if (op?.type !== 'Conv' && op?.type !== 'ConvTranspose')
    throw new ShapeError(`geometry: expected a convolution, got ${op?.type ?? 'a leaf'}`)
  return complete(op.attributes as ConvGeometry)
}

/** As ONNX has it, where one group need not be said. */
const attributesOf = ({ group, ...walk }: FullGeometry): Record<string, Attribute> =>
  group === 1 ? walk : { ...walk, group }

/** Rows and columns of [N, C, rows, columns]. */
const sides = ({ shape }: Tensor): [number, number] => [shape[2]!, shape[3]!]

/** Rows (axis 0) or columns (axis 1) that a convolution makes of `length` by `kernel`. */
function outputSize(
  length: number,
  kernel: number,
  { axis, strides, dilations, pads }: FullGeometry & { axis: 0 | 1 },
): number {
  const extent = dilations[axis] * (kernel - 1) + 1
  return Math.floor((length + pads[axis] + pads[axis + 2]! - extent) / strides[axis]) + 1
}

/** Checks that x, w and g [N, C, rows, columns] are those of one convolution. @throws ShapeError */
function checkConv(
  where: string,
  { x, w, g, ...geometry }: FullGeometry & { x: Shape; w: Shape; g?: Shape },
): void {
  const { strides, dilations, pads, group } = geometry
  if (!(Number.isInteger(group) && group > 0 && x[1]! % group === 0 && w[0]! % group === 0))
    throw new ShapeError(`${where}: ${group} groups do not part the channels of x [${x}] and w [${w}]`)
  if (![...strides, ...dilations].every((n) => Number.isInteger(n) && n > 0))
    throw new ShapeError(
      `${where}: strides and dilations must be at least 1, got [${strides}] and [${dilations}]`,
    )
  if (!pads.every((n) => Number.isInteger(n) && n >= 0))
    throw new ShapeError(`${where}: pads must be at least 0, got [${pads}]`)
  for (const axis of [0, 1] as const) {
    const size = outputSize(x[2 + axis]!, w[2 + axis]!, { axis, ...geometry })
    if (size < 1) throw new ShapeError(`${where}: x [${x}] is smaller than w [${w}]`)
    if (g && size !== g[2 + axis])
      throw new ShapeError(`${where}: g [${g}] does not come of x [${x}] and w [${w}]`)
    if ((size - 1) * strides[axis] + dilations[axis] * (w[2 + axis]! - 1) < pads[axis])
      throw new ShapeError(`${where}: w [${w}] meets nothing of x [${x}] but its padding [${pads}]`)
  }
}

/**
 * Two-dimensional convolution (cross-correlation): x [N, Ci, H, W], w [Co, Ci / group, Kh, Kw] -> [N, Co, H', W'].
 * Gradients: for x a transposed convolution, for w a convolution with batch and channels swapped. @throws ShapeError
 */
export function conv(x: Tensor, w: Tensor, options: ConvGeometry = {}): Tensor {
  const geometry = complete(options)
  const op: Op<[Tensor, Tensor]> = {
    type: 'Conv',
    attributes: attributesOf(geometry),
    infer: (a, k) => {
      const [n, ci, h, wd] = a.shape
      const [co, kci, kh, kw] = k.shape
      if (a.shape.length !== 4 || k.shape.length !== 4 || ci !== kci! * geometry.group)
        throw new ShapeError(`conv: x [${a.shape}] and w [${k.shape}] do not fit`)
      checkConv('conv', { x: a.shape, w: k.shape, ...geometry })
      const shape = [
        n!,
        co!,
        outputSize(h!, kh!, { axis: 0, ...geometry }),
        outputSize(wd!, kw!, { axis: 1, ...geometry }),
      ]
      return { shape, dtype: commonDtype('conv', [a, k], real) }
    },
    vjp: (g, _, a, k) => [
      convTranspose(g, k, { ...geometry, size: sides(a) }),
      convWeight(a, g, { ...geometry, kernel: sides(k) }),
    ],
  }
  return apply(op, x, w)
}

/**
 * The adjoint of `conv` in x: g [N, Co, H', W'], w [Co, Ci / group, Kh, Kw] -> [N, Ci, H, W] with (H, W) = `size`.
 * @throws ShapeError
 */
export function convTranspose(
  g: Tensor,
  w: Tensor,
  { size, ...options }: ConvGeometry & { readonly size: readonly [number, number] },
): Tensor {
  const geometry = complete(options)
  const { strides, dilations, pads } = geometry
  if (g.shape.length !== 4 || w.shape.length !== 4 || g.shape[1] !== w.shape[0])
    throw new ShapeError(`convTranspose: g [${g.shape}] and w [${w.shape}] do not fit`)
  const x = [g.shape[0]!, w.shape[1]! * geometry.group, ...size]
  checkConv('convTranspose', { x, w: w.shape, g: g.shape, ...geometry })
  // What the stride rounded away at the far edge is given back as output padding.
  const outputPadding = ([0, 1] as const).map((axis) => {
    const extent = dilations[axis] * (w.shape[2 + axis]! - 1) + 1
    return size[axis] + pads[axis] + pads[axis + 2]! - (g.shape[2 + axis]! - 1) * strides[axis] - extent
  })
  const op: Op<[Tensor, Tensor]> = {
    type: 'ConvTranspose',
    attributes: { ...attributesOf(geometry), output_padding: outputPadding },
    infer: (a, k) => ({ shape: x, dtype: commonDtype('convTranspose', [a, k], real) }),
    vjp: (h, _, a, k) => [conv(h, k, geometry), convWeight(h, a, { ...geometry, kernel: sides(k) })],
  }
  return apply(op, g, w)
}

/**
 * The adjoint of `conv` in w: x [N, Ci, H, W], g [N, Co, H', W'] -> [Co, Ci / group, Kh, Kw] with (Kh, Kw) = `kernel`: an
 * ordinary convolution of x by g with batch and channels (of each group) swapped, strides and dilations exchanged.
 * @throws ShapeError
 */
export function convWeight(
  x: Tensor,
  g: Tensor,
  { kernel, ...options }: ConvGeometry & { readonly kernel: readonly [number, number] },
): Tensor {
  const { strides, dilations, pads, group } = complete(options)
  if (x.shape.length !== 4 || g.shape.length !== 4 || x.shape[0] !== g.shape[0])
    throw new ShapeError(`convWeight: x [${x.shape}] and g [${g.shape}] do not fit`)
  const w = [g.shape[1]!, x.shape[1]! / group, ...kernel]
  checkConv('convWeight', { x: x.shape, w, g: g.shape, strides, dilations, pads, group })
  let reached = x
  const far = [pads[2], pads[3]]
  for (const axis of [0, 1] as const) {
    // Rows that the stride never reached are left out: from the far padding first, then from x.
    const used = (g.shape[2 + axis]! - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
    const excess = x.shape[2 + axis]! + pads[axis] + far[axis]! - used
    far[axis]! -= excess
    if (far[axis]! < 0) {
      reached = slice(reached, 2 + axis, { end: x.shape[2 + axis]! + far[axis]! })
      far[axis] = 0
    }
  }
  return transpose(
    conv(channelsOfGroup(reached, group), transpose(g, swap), {
      strides: dilations,
      dilations: strides,
      pads: [pads[0], pads[1], far[0]!, far[1]!],
      group,
    }),
    swap,
  )
}

const swap = [1, 0, 2, 3]

/** Channels for the batch, and the samples of each group for channels: [N, G·A, H, W] -> [A, G·N, H, W]. */
function channelsOfGroup(x: Tensor, group: number): Tensor {
  if (group === 1) return transpose(x, swap)
  const [n, channels, ...map] = x.shape as [number, number, number, number]
  if (group === channels) return reshape(transpose(x, swap), [1, channels * n, ...map])
  const parted = reshape(x, [n, group, channels / group, ...map])
  return reshape(transpose(parted, [2, 1, 0, 3, 4]), [channels / group, group * n, ...map])
}
